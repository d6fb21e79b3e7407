r"""Temporal-difference learning: errors, returns, targets, updates of tables, batches of data."""

from .td_lambda import lambda_backward as lambda_backward
from .td_lambda import lambda_operator as lambda_operator
from .td_lambda import lambda_return as lambda_return
from .td_returns import error as error
from .td_returns import n_step_return as n_step_return
from .td_returns import one_step_return as one_step_return
