"""The lints: functions that return complaints, so that a planted fault can be shown to be found."""
