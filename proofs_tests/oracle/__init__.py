"""Tests of the checking machinery: is it honest, does it notice, is what it shows minimal?"""
