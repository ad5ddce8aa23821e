"""The part of Amazon Cognito that moto lacks: the sign-in pages and the OAuth endpoints of a user pool."""
