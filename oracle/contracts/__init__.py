"""What contracts have beside their equations, one module per field: each has CONTRACTS (equation id: `Extra`)."""
