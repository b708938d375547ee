"""What films say, by people and by machines: the script to be read, what was recorded, drafts by synthetic voices."""
