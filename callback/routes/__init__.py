"""The pages and forms of the service, by what people do there."""
