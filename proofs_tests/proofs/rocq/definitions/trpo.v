(** TRPO's surrogate and its bounds. [π'] is the paper's π with a tilde, the new policy. In a mixture it is Kakade and
    Langford's π', the policy that is mixed in, and [new] is π_new. *)

From mathcomp Require Import all_ssreflect all_algebra.
From rlproof.definitions Require Import process bellman divergence.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section TRPO.
Variables (F : realFieldType) (n m : nat) (M : MDP F n m).
Implicit Types π : policy F n m.

(** Ā(s) = Σ_a π'(a|s) A_π(s,a). *)
Definition expected_advantage π π' (s : state n) : F := \sum_a π' s a * advantage M π s a.

(** Σ_s ρ_π'(s) Ā(s): the right-hand side of TRPO's equation 2. *)
Definition performance_difference_by_visitation π π' : F :=
  \sum_s discounted_visitation M π' s * expected_advantage π π' s.

(** L_π(π') = η(π) + Σ_s ρ_π(s) Ā(s). *)
Definition surrogate π π' : F :=
  eta M π + \sum_s discounted_visitation M π s * expected_advantage π π' s.

(** ε = max_{s,a} |A_π(s,a)|, and C = 4 ε γ / (1 - γ)^2. *)
Definition epsilon π : F := largest (fun s => largest (fun a => `|advantage M π s a|)).
Definition penalty_coefficient π : F := 4%:R * epsilon π * γ M / (1 - γ M) ^+ 2.

(** L_π(π') - C α^2 with α = D_TV^max(π, π'): the right-hand side of Theorem 1. *)
Definition tv_bound π π' : F := surrogate π π' - penalty_coefficient π * tv_max π π' ^+ 2.

(** L_π(π') - 4 ε γ α^2 / ((1-γ) (1-γ(1-α))): the same before the paper's last relaxation. *)
Definition tv_bound_refined π π' : F :=
  surrogate π π' - 4%:R * epsilon π * γ M * tv_max π π' ^+ 2 / ((1 - γ M) * (1 - γ M * (1 - tv_max π π'))).

(** M_π(π') = L_π(π') - C D_KL^max(π, π'): the right-hand side of equation 9, which Algorithm 1 maximises.
    Where support is lost it is minus infinity, unless C = 0: here it then has no meaning. *)
Definition kl_bound (ln : F -> F) π π' : F := surrogate π π' - penalty_coefficient π * kl_max ln π π'.

(** Which policies Algorithm 1 may choose: those whose penalty is finite. With C = 0 that is all of them. *)
Definition finite_penalty π π' : Prop := penalty_coefficient π = 0 \/ forall s, keeps_support (π s) (π' s).

(** π_new = (1 - α) π + α π'. *)
Definition is_mixture (α : F) π π' (new : policy F n m) : Prop :=
  forall s a, new s a = (1 - α) * π s a + α * π' s a.

(** max_s |Ā(s)|: the expected advantages of π', where ε takes all actions. *)
Definition largest_expected_advantage π π' : F := largest (fun s => `|expected_advantage π π' s|).

(** Conservative policy iteration: L_π(π_new) - 2 ε γ α^2 / (1 - γ)^2 with ε = max_s |Ā(s)|, of π' and not of π_new;
    and with (1-γ) (1-γ(1-α)) for (1 - γ)^2, as Kakade and Langford have it. *)
Definition mixture_bound (α : F) π π' (new : policy F n m) : F :=
  surrogate π new - 2%:R * largest_expected_advantage π π' * γ M * α ^+ 2 / (1 - γ M) ^+ 2.
Definition mixture_bound_kl02 (α : F) π π' (new : policy F n m) : F :=
  surrogate π new - 2%:R * largest_expected_advantage π π' * γ M * α ^+ 2 / ((1 - γ M) * (1 - γ M * (1 - α))).

(** CPO: L_π(π') - 2 γ ε' / (1 - γ) Σ_s ρ_π(s) D_TV(π, π')(s) with ε' = max_s |Ā(s)|. *)
Definition cpo_bound π π' : F :=
  surrogate π π' - 2%:R * γ M * largest_expected_advantage π π'
    * (\sum_s discounted_visitation M π s * tv (π s) (π' s)) / (1 - γ M).

End TRPO.
