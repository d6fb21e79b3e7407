"""Tests of the programs that check the machine proofs: each way to claim too much is noticed."""
