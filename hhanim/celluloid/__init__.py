"""celluloid's camera for anybody's matplotlib script: the same frames, much sooner."""
