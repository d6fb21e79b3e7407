(** Proofs of statements/bellman.v. *)

From mathcomp Require Import all_ssreflect all_algebra.
From rlproof.definitions Require Import process bellman divergence trpo.
From rlproof.theorems Require Import sums kernels processes improvement.
From rlproof.statements Require bellman.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import Order.Theory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Rates.
Variables (F : realFieldType) (n : nat) (g : F) (T : (state n -> F) -> state n -> F).
Hypothesis g_ge0 : 0 <= g.
Hypothesis contracts : forall U V, sup_norm (fun s => T U s - T V s) <= g * sup_norm (fun s => U s - V s).

Lemma iterates_converge best V k :
  (forall s, best s = T best s) ->
  sup_norm (fun s => iter k T V s - best s) <= g ^+ k * sup_norm (fun s => V s - best s).
Proof.
move=> fixed; elim: k => [|k IH]; first by rewrite mul1r.
have -> : sup_norm (fun s => iter k.+1 T V s - best s) = sup_norm (fun s => T (iter k T V) s - T best s).
  by apply: eq_sup_norm => s; rewrite -fixed.
by rewrite exprS -mulrA (le_trans (contracts _ _)) // ler_wpmul2l.
Qed.

Lemma fixed_points_agree U V : g < 1 -> (forall s, U s = T U s) -> (forall s, V s = T V s) -> forall s, U s = V s.
Proof.
move=> g1 fixU fixV s; apply/eqP; rewrite -subr_eq0 -normr_le0.
apply: le_trans (sup_norm_ge (fun s => U s - V s) s) _.
rewrite leNgt; apply/negP => d; have := contracts U V.
have -> : sup_norm (fun s => T U s - T V s) = sup_norm (fun s => U s - V s).
  by apply: eq_sup_norm => j; rewrite -fixU -fixV.
by rewrite leNgt gtr_pmull // g1.
Qed.
End Rates.

Theorem expectation_v_contracts : statements.bellman.expectation_v_contracts.
Proof.
move=> F n m M π U V; apply: sup_norm_le => s; rewrite /expectation_v -sumrB.
under eq_bigr do rewrite -mulrBr; apply: average_norm_le (policy_is_a_distribution π s) _ _ _ => a.
by apply: backup_distance => s'; exact: (sup_norm_ge (fun s => U s - V s)).
Qed.

Theorem expectation_v_is_monotone : statements.bellman.expectation_v_is_monotone.
Proof.
move=> F n m M π U V UV s; apply: ler_sum => a _; rewrite ler_wpmul2l //.
  by case: (policy_is_a_distribution π s).
exact: backup_monotone.
Qed.

Theorem optimality_v_contracts : statements.bellman.optimality_v_contracts.
Proof.
move=> F n m M U V; apply: sup_norm_le => s; apply: largest_distance => a.
by apply: backup_distance => s'; exact: (sup_norm_ge (fun s => U s - V s)).
Qed.

Theorem optimality_v_is_monotone : statements.bellman.optimality_v_is_monotone.
Proof.
move=> F n m M U V UV s; apply: largest_le => a.
apply: le_trans (largest_ge (fun a => R M s a + γ M * \sum_s' P M s a s' * V s') a).
exact: backup_monotone.
Qed.

Theorem optimality_v_is_the_best_expectation : statements.bellman.optimality_v_is_the_best_expectation.
Proof.
move=> F n m M π V s; apply: average_le (policy_is_a_distribution π s) _ _ _ => a.
exact: (largest_ge (fun a => R M s a + γ M * \sum_s' P M s a s' * V s')).
Qed.

Theorem policy_evaluation_converges : statements.bellman.policy_evaluation_converges.
Proof.
move=> F n m M π V k; apply: iterates_converge => [|U W|s]; first exact: γ_ge0.
  exact: expectation_v_contracts.
exact: v_bellman.
Qed.

Theorem optimal_v_is_the_only_fixed_point : statements.bellman.optimal_v_is_the_only_fixed_point.
Proof.
move=> F n m M U V; apply: (fixed_points_agree (g := γ M)) => [W X|]; first exact: optimality_v_contracts.
by have /andP[] := γ_is_a_discount M.
Qed.

Theorem value_iteration_converges : statements.bellman.value_iteration_converges.
Proof.
move=> F n m M best V k; apply: iterates_converge => [|U W]; first exact: γ_ge0.
exact: optimality_v_contracts.
Qed.

(** Of the finitely many deterministic policies, the one with the largest sum of values cannot be improved. *)
Section Optimal.
Variables (F : realFieldType) (n m : nat) (M : MDP F n m).

Lemma choice_is_a_distribution (f : {ffun state n -> action m}) s :
  distribution (fun a => (a == f s)%:R : F).
Proof.
split=> [a|]; first exact: ler0n.
by rewrite (bigD1 (f s)) //= eqxx big1 ?addr0 // => a /negbTE ->.
Qed.

Definition choosing (f : {ffun state n -> action m}) := Policy (choice_is_a_distribution f).

Lemma choosing_average f s (x : action m -> F) : \sum_a choosing f s a * x a = x (f s).
Proof. by rewrite (bigD1 (f s)) //= eqxx mul1r big1 ?addr0 // => a /negbTE ->; rewrite mul0r. Qed.

Definition greedy_choice V : {ffun state n -> action m} :=
  [ffun s => [arg max_(a > ord0) (R M s a + γ M * \sum_s' P M s a s' * V s')]%O].

Lemma greedy_choice_best V s :
  R M s (greedy_choice V s) + γ M * (\sum_s' P M s (greedy_choice V s) s' * V s') = optimality_v M V s.
Proof.
apply/eqP; rewrite ffunE eq_le (largest_ge (fun a => R M s a + γ M * \sum_s' P M s a s' * V s')) /=.
by apply: largest_le => b; case: arg_maxP => // a _ /(_ b isT).
Qed.

Lemma optimal_choice : exists f : {ffun state n -> action m},
  forall s, v M (choosing f) s = optimality_v M (v M (choosing f)) s.
Proof.
pose total f := \sum_s v M (choosing f) s.
case: (@arg_maxP _ _ _ (greedy_choice (fun _ => 0)) predT total isT) => f _ top; exists f.
pose f' := greedy_choice (v M (choosing f)).
have improves : forall s, v M (choosing f) s <= v M (choosing f') s.
  apply: policy_improvement => s; rewrite choosing_average /q /f' greedy_choice_best {1}v_bellman.
  exact: optimality_v_is_the_best_expectation.
have same s : v M (choosing f') s = v M (choosing f) s.
  have : total f' <= total f := top f' isT; rewrite /total -subr_le0 -sumrB => le0.
  have ge0 j : 0 <= v M (choosing f') j - v M (choosing f) j by rewrite subr_ge0 improves.
  have sum0 : \sum_j (v M (choosing f') j - v M (choosing f) j) == 0.
    by rewrite eq_le le0 sumr_ge0.
  move: sum0; rewrite psumr_eq0 // => /allP/(_ s (mem_index_enum s)).
  by rewrite subr_eq0 => /eqP.
move=> s; rewrite -same v_bellman /expectation_v choosing_average.
under eq_bigr do rewrite same; exact: greedy_choice_best.
Qed.

End Optimal.

Theorem optimal_policy_exists : statements.bellman.optimal_policy_exists.
Proof.
move=> F n m M; have [f fixed] := optimal_choice M; exists (choosing F f); split; [|split=> // π s].
  by exists f.
rewrite -subr_ge0; have K1 := kernel_is_a_distribution M π; have g1 := γ_is_a_discount M.
pose x s := optimality_v M (v M (choosing F f)) s - expectation_v M π (v M (choosing F f)) s.
have sum_of_x : discounted_sum (policy_kernel M π) (γ M) x (fun s => v M (choosing F f) s - v M π s).
  move=> j; rewrite /x -fixed (v_bellman M π j) !expectation_vE.
  under [X in _ = _ + _ * X]eq_bigr do rewrite mulrBr.
  by rewrite sumrB mulrBr !opprD !addrA subrK.
apply: discounted_sum_ge0 K1 g1 _ _ sum_of_x _ s => j.
by rewrite subr_ge0; exact: optimality_v_is_the_best_expectation.
Qed.
