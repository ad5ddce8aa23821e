"""What `drive-agent setup` and `drive-agent token` do at AWS, and the policies of the deployed parts."""
