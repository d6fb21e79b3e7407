(** Two policies that agree with probability 1-α: what they visit before they first differ is common to both. *)

From mathcomp Require Import all_ssreflect all_algebra.
From rlproof.definitions Require Import process bellman divergence trpo.
From rlproof.theorems Require Import sums kernels processes changes.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import Order.Theory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Kernels.
Variables (F : realFieldType) (k : nat) (g c : F) (D : 'I_k.+1 -> 'I_k.+1 -> F) (μ : 'I_k.+1 -> F).
Hypothesis g_discount : 0 <= g < 1.
Hypothesis c_share : 0 <= c <= 1.
Hypothesis D_distribution : forall s, distribution (D s).
Hypothesis μ_distribution : distribution μ.

Let g0 : 0 <= g. Proof. by case/andP: g_discount. Qed.
Let c0 : 0 <= c. Proof. by case/andP: c_share. Qed.

Lemma common_discount : 0 <= g * c < 1.
Proof.
rewrite mulr_ge0 //=; apply: le_lt_trans (_ : g < 1); last by case/andP: g_discount.
by rewrite ler_pimulr //; case/andP: c_share.
Qed.

Let common := visit D (g * c) μ.

Lemma visits_beyond_the_common (K : 'I_k.+1 -> 'I_k.+1 -> F) ρ :
  (forall s, distribution (K s)) -> (forall s s', c * D s s' <= K s s') -> visits K g μ ρ ->
  (forall s, 0 <= ρ s - common s) /\ \sum_s (ρ s - common s) = (1 - g)^-1 - (1 - g * c)^-1.
Proof.
move=> K1 DK flow; have flow_c := visit_is_visits D_distribution common_discount μ.
have c_ge0 s : 0 <= common s by apply: visit_ge0 => //; [exact: common_discount | case: μ_distribution].
pose ν s' := g * \sum_s common s * (K s s' - c * D s s').
have rest : visits K g ν (fun s => ρ s - common s).
  move=> s'; rewrite flow [common s']flow_c /ν opprD addrACA subrr add0r -mulrDr -mulrA -mulrBr; congr (_ * _).
  rewrite mulr_sumr -sumrB -big_split /=; apply: eq_bigr => s _.
  by rewrite [in RHS]mulrBr [in RHS]mulrBl [RHS]addrC addrA subrK mulrCA.
split=> [s|].
  rewrite (visits_unique K1 g_discount rest); apply: visit_ge0 => // j.
  by rewrite mulr_ge0 // sumr_ge0 // => i _; rewrite mulr_ge0 // subr_ge0.
have [_ μ1] := μ_distribution.
by rewrite sumrB (visits_total K1 g_discount flow μ1) (visits_total D_distribution common_discount flow_c μ1).
Qed.

Lemma visits_distance (K K' : 'I_k.+1 -> 'I_k.+1 -> F) ρ ρ' f e :
  (forall s, distribution (K s)) -> (forall s s', c * D s s' <= K s s') -> visits K g μ ρ ->
  (forall s, distribution (K' s)) -> (forall s s', c * D s s' <= K' s s') -> visits K' g μ ρ' ->
  (forall s, `|f s| <= e) ->
  `|\sum_s ρ' s * f s - \sum_s ρ s * f s| <= 2%:R * e * (g * (1 - c) / ((1 - g) * (1 - g * c))).
Proof.
move=> K1 DK flow K1' DK' flow' fe.
have [z0 z1] := visits_beyond_the_common K1 DK flow; have [z0' z1'] := visits_beyond_the_common K1' DK' flow'.
have le_part r : (forall s, 0 <= r s - common s) ->
    `|\sum_s (r s - common s) * f s| <= (\sum_s (r s - common s)) * e.
  move=> r0; rewrite (le_trans (ler_norm_sum _ _ _)) // mulr_suml; apply: ler_sum => s _.
  by rewrite normrM (ger0_norm (r0 s)) ler_wpmul2l.
have -> : \sum_s ρ' s * f s - \sum_s ρ s * f s
    = \sum_s (ρ' s - common s) * f s - \sum_s (ρ s - common s) * f s.
  by rewrite -!sumrB; apply: eq_bigr => s _; rewrite -!mulrBl opprB addrA subrK.
have -> : 2%:R * e * (g * (1 - c) / ((1 - g) * (1 - g * c)))
    = (\sum_s (ρ' s - common s)) * e + (\sum_s (ρ s - common s)) * e.
  rewrite z1 z1' -mulr2n -[LHS]mulrA mulr_natl mulrC; congr (_ * _ *+ 2).
  have a0 := horizon_neq0 g_discount; have b0 := horizon_neq0 common_discount.
  apply: (mulIf (mulf_neq0 a0 b0)); rewrite divfK ?mulf_neq0 // mulrBl mulrA mulVf // mul1r.
  by rewrite [(1 - g) * _]mulrC mulrA mulVf // mul1r opprB [RHS]addrC addrA subrK mulrBr mulr1.
by rewrite (le_trans (ler_norm_sub _ _)) // ler_add ?le_part.
Qed.

End Kernels.

Section Policies.
Variables (F : realFieldType) (n m : nat) (M : MDP F n m).
Implicit Types π : policy F n m.

Lemma error_by_common_part π π' common α e :
  0 <= α <= 1 -> (forall s a, (1 - α) * (common : policy F n m) s a <= π s a) ->
  (forall s a, (1 - α) * common s a <= π' s a) -> (forall s, `|expected_advantage M π π' s| <= e) ->
  `|eta M π' - surrogate M π π'| <= 2%:R * e * (γ M * α / ((1 - γ M) * (1 - γ M * (1 - α)))).
Proof.
move=> /andP[α0 α1] below below' Ae.
rewrite /surrogate opprD addrA eta_gain.
have kernel_below (r : policy F n m) : (forall s a, (1 - α) * common s a <= r s a) ->
    forall s s', (1 - α) * policy_kernel M common s s' <= policy_kernel M r s s'.
  move=> le_r s s'; rewrite mulr_sumr; apply: ler_sum => a _; rewrite mulrA ler_wpmul2r //.
  by case: (P_is_a_distribution M s a).
have share : 0 <= 1 - α <= 1 by rewrite subr_ge0 α1 ler_subl_addr ler_addl.
have := visits_distance (γ_is_a_discount M) share (kernel_is_a_distribution M common) (ρ0_is_a_distribution M)
  (kernel_is_a_distribution M π) (kernel_below _ below) (visitation_visits M π)
  (kernel_is_a_distribution M π') (kernel_below _ below') (visitation_visits M π') Ae.
by rewrite subKr.
Qed.

End Policies.
