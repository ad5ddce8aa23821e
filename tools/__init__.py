"""What the model may do in a Google Drive: find, describe, read. The only place that holds an access token."""
