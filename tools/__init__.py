"""What the model may do: list and search a person's Google Drive. The only place that holds a Google access token."""
