"""The files themselves: encoding, formats, checks and the record beside each."""
