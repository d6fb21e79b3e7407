(** Finite decision processes and policies: what the theorems speak of.

    The names are those of the package's functions, in the symbols of the documentation: [P], [R], [ρ0], [γ].
    A process has n+1 states and m+1 actions; numbers are of any ordered field, such as the rational numbers or
    the real ones. *)

From mathcomp Require Import all_ssreflect all_algebra.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Notation state n := 'I_n.+1.
Notation action m := 'I_m.+1.

(** A probability distribution: nothing negative, and the sum is one. *)
Definition distribution (F : realFieldType) (X : finType) (p : X -> F) : Prop :=
  (forall x, 0 <= p x) /\ \sum_x p x = 1.

Section Process.
Variables (F : realFieldType) (n m : nat).

(** A decision process is valid by construction, as [spec.mdp.MDP] is: P(s'|s,a), R(s,a), ρ0(s), 0 <= γ < 1.
    [spec.mdp.MDP] admits γ = 1 too where every policy ends; no theorem here does. It marks terminal states; here a
    terminal state is one that leads to itself and pays nothing, and no theorem needs the mark. R may depend on the
    action; TRPO's r(s) is the case where it does not. *)
Record MDP := Process {
  P : state n -> action m -> state n -> F;
  R : state n -> action m -> F;
  ρ0 : state n -> F;
  γ : F;
  P_is_a_distribution : forall s a, distribution (P s a);
  ρ0_is_a_distribution : distribution ρ0;
  γ_is_a_discount : 0 <= γ < 1
}.

(** A policy π(a|s), deterministic or not. *)
Record policy := Policy {
  probability :> state n -> action m -> F;
  policy_is_a_distribution : forall s, distribution (probability s)
}.

Variable M : MDP.

(** P_π(s, s') = Σ_a π(a|s) P(s'|s,a), and r_π(s) = Σ_a π(a|s) R(s,a). *)
Definition policy_kernel (π : policy) (s s' : state n) : F := \sum_a π s a * P M s a s'.
Definition policy_reward (π : policy) (s : state n) : F := \sum_a π s a * R M s a.

(** I - γ P_π, as a matrix. *)
Definition resolvent_matrix (π : policy) : 'M[F]_(n.+1) := 1%:M - γ M *: \matrix_(s, s') policy_kernel π s s'.

(** v_π = (I - γ P_π)^-1 r_π. *)
Definition v (π : policy) (s : state n) : F :=
  (invmx (resolvent_matrix π) *m \col_s' policy_reward π s') s ord0.

(** q_π(s,a) = R(s,a) + γ Σ_s' P(s'|s,a) v_π(s'), and A_π(s,a) = q_π(s,a) - v_π(s). *)
Definition q (π : policy) (s : state n) (a : action m) : F := R M s a + γ M * \sum_s' P M s a s' * v π s'.
Definition advantage (π : policy) (s : state n) (a : action m) : F := q π s a - v π s.

(** η(π) = Σ_s ρ0(s) v_π(s). *)
Definition eta (π : policy) : F := \sum_s ρ0 M s * v π s.

(** ρ_π = ρ0 (I - γ P_π)^-1, not normalised, as in TRPO. *)
Definition discounted_visitation (π : policy) (s : state n) : F :=
  (\row_s' ρ0 M s' *m invmx (resolvent_matrix π)) ord0 s.

(** P(s_t = s) when π acts: the distribution of the state after t steps. *)
Fixpoint visited_at (π : policy) (t : nat) (s : state n) : F :=
  if t is k.+1 then \sum_s' visited_at π k s' * policy_kernel π s' s else ρ0 M s.

(** η_H(π) = Σ_{t<H} γ^t Σ_s P(s_t = s) r_π(s). *)
Definition finite_horizon_return (π : policy) (H : nat) : F :=
  \sum_(t < H) γ M ^+ t * \sum_s visited_at π t s * policy_reward π s.

End Process.

Arguments P {F n m}.
Arguments R {F n m}.
Arguments ρ0 {F n m}.
Arguments γ {F n m}.
