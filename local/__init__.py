"""The cloud on your desk: stand-ins for AWS, Google and Claude, and what runs and plays the whole stack."""
