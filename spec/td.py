r"""Temporal-difference learning: errors, returns, targets, updates of tables, batches of data."""

from .td_batch import batch as batch
from .td_control import expected_sarsa as expected_sarsa
from .td_control import q_learning as q_learning
from .td_control import sarsa as sarsa
from .td_control import tabular_td0 as tabular_td0
from .td_lambda import lambda_backward as lambda_backward
from .td_lambda import lambda_operator as lambda_operator
from .td_lambda import lambda_return as lambda_return
from .td_returns import error as error
from .td_returns import n_step_return as n_step_return
from .td_returns import one_step_return as one_step_return
from .td_targets import double_q_learning_target as double_q_learning_target
from .td_targets import expected_sarsa_target as expected_sarsa_target
from .td_targets import maximisation as maximisation
from .td_targets import q_learning_target as q_learning_target
from .td_targets import sarsa_target as sarsa_target
