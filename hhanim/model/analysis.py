"""What is measured on a membrane: arrays in, arrays out."""
