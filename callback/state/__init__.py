"""What is kept on the server: sessions, flows and grants, encrypted, in a folder or DynamoDB."""
