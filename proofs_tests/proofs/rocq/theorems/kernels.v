(** Discounted sums over a transition kernel K: y = x + γ K y has one solution, which is bounded and monotone in x;
    ρ = μ + γ ρ K has one too, and they are dual to each other. Everything about processes rests on this. *)

From mathcomp Require Import all_ssreflect all_algebra.
From rlproof.definitions Require Import process bellman.
From rlproof.theorems Require Import sums.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import Order.Theory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Kernel.
Variables (F : realFieldType) (k : nat) (K : 'I_k.+1 -> 'I_k.+1 -> F) (g : F).
Hypothesis K_distribution : forall s, distribution (K s).
Hypothesis g_discount : 0 <= g < 1.
Implicit Types x y : 'I_k.+1 -> F.

Lemma discount_ge0 : 0 <= g. Proof. by case/andP: g_discount. Qed.
Lemma horizon_gt0 : 0 < 1 - g. Proof. by rewrite subr_gt0; case/andP: g_discount. Qed.
Lemma horizon_neq0 : 1 - g != 0. Proof. exact: lt0r_neq0 horizon_gt0. Qed.

(** y is the discounted sum of x: what is paid now, and what follows. *)
Definition discounted_sum x y := forall s, y s = x s + g * \sum_s' K s s' * y s'.

Lemma discounted_sum_ge0 x y : discounted_sum x y -> (forall s, 0 <= x s) -> forall s, 0 <= y s.
Proof.
move=> yx x0 s; have [i least] : exists i, forall j, y i <= y j.
  have [i top] := largest_attained (fun j => - y j).
  by exists i => j; rewrite -ler_opp2 -top (largest_ge (fun j => - y j)).
apply: le_trans (least s); rewrite -(pmulr_rge0 _ horizon_gt0) mulrBl mul1r subr_ge0 {2}yx.
rewrite -[X in X <= _]add0r ler_add ?x0 // ler_wpmul2l ?discount_ge0 //.
exact: average_ge.
Qed.

Lemma discounted_sum_norm_le x y c :
  discounted_sum x y -> (forall s, `|x s| <= c) -> forall s, `|y s| <= c / (1 - g).
Proof.
move=> yx xc s; apply: le_trans (sup_norm_ge y s) _.
have [i top] := largest_attained (fun s => `|y s|); rewrite /sup_norm top.
rewrite ler_pdivl_mulr ?horizon_gt0 // mulrBr mulr1 ler_subl_addr {1}yx.
apply: le_trans (ler_norm_add _ _) _; rewrite ler_add // normrM ger0_norm ?discount_ge0 // mulrC.
rewrite ler_wpmul2r ?discount_ge0 //; apply: average_norm_le => // j.
by rewrite -top (largest_ge (fun s => `|y s|)).
Qed.

Lemma discounted_sum_unique x y y' : discounted_sum x y -> discounted_sum x y' -> y =1 y'.
Proof.
move=> yx yx' s; apply/eqP; rewrite -subr_eq0 -normr_le0.
have := @discounted_sum_norm_le (fun _ => 0) (fun s => y s - y' s) 0 _ _ s.
rewrite mul0r; apply=> [t|t]; last by rewrite normr0.
rewrite add0r yx yx' opprD addrACA subrr add0r -mulrBr -sumrB; congr (_ * _).
by apply: eq_bigr => j _; rewrite mulrBr.
Qed.

(** The matrix I - γ K is invertible. *)
Let resolvent : 'M[F]_k.+1 := 1%:M - g *: \matrix_(s, s') K s s'.

Lemma resolvent_apply x s : (resolvent *m \col_j x j) s ord0 = x s - g * \sum_s' K s s' * x s'.
Proof.
rewrite mulmxBl mul1mx -scalemxAl !mxE; congr (_ - g * _).
by apply: eq_bigr => j _; rewrite !mxE.
Qed.

Lemma resolvent_unit : resolvent \in unitmx.
Proof.
rewrite -unitmx_tr -row_free_unit -kermx_eq0; apply/rowV0P => u /sub_kermxP zero.
pose x j := u ord0 j; have ux : u^T = \col_j x j by apply/colP => j; rewrite !mxE.
have sum_of_zero : discounted_sum (fun _ => 0) x.
  move=> s; rewrite add0r; apply/eqP; rewrite -subr_eq0 -resolvent_apply -ux -[resolvent]trmxK -trmx_mul zero.
  by rewrite !mxE.
have zero_too : discounted_sum (fun _ => 0) (fun _ => 0).
  by move=> s; rewrite big1 ?mulr0 ?add0r // => j _; rewrite mulr0.
by apply/rowP => j; rewrite mxE; exact: discounted_sum_unique sum_of_zero zero_too j.
Qed.

Definition solve x s : F := (invmx resolvent *m \col_j x j) s ord0.

Lemma solve_col x : invmx resolvent *m \col_j x j = \col_j solve x j.
Proof. by apply/colP => j; rewrite [RHS]mxE. Qed.

Lemma solve_is_discounted_sum x : discounted_sum x (solve x).
Proof.
move=> s; apply/eqP; rewrite -subr_eq -resolvent_apply -solve_col mulmxA mulmxV ?resolvent_unit //.
by rewrite mul1mx mxE.
Qed.

(** Visits: ρ = μ + γ ρ K. *)
Definition visits (μ ρ : 'I_k.+1 -> F) := forall s', ρ s' = μ s' + g * \sum_s ρ s * K s s'.

Lemma visits_dual μ ρ x y : visits μ ρ -> discounted_sum x y -> \sum_s μ s * y s = \sum_s ρ s * x s.
Proof.
move=> flow yx; have -> : \sum_s ρ s * x s = \sum_s ρ s * (y s - g * \sum_s' K s s' * y s').
  by apply: eq_bigr => s _; rewrite [y s]yx addrK.
rewrite [RHS](eq_bigr (fun s => ρ s * y s - g * (ρ s * \sum_s' K s s' * y s'))); last first.
  by move=> s _; rewrite mulrBr mulrCA.
rewrite sumrB -mulr_sumr; apply/eqP; rewrite eq_sym subr_eq; apply/eqP.
rewrite [LHS](eq_bigr (fun s => μ s * y s + g * (\sum_j ρ j * K j s) * y s)); last first.
  by move=> s _; rewrite {1}flow mulrDl.
rewrite big_split /=; congr (_ + _); rewrite [RHS]mulr_sumr.
rewrite [LHS](eq_bigr (fun s => \sum_j g * (ρ j * K j s * y s))); last first.
  by move=> s _; rewrite -mulrA mulr_suml mulr_sumr; apply: eq_bigr => j _.
rewrite exchange_big /=; apply: eq_bigr => s _; rewrite !mulr_sumr.
by apply: eq_bigr => j _; rewrite !mulrA.
Qed.

Definition visit μ s : F := (\row_j μ j *m invmx resolvent) ord0 s.

Lemma visit_is_visits μ : visits μ (visit μ).
Proof.
move=> s'; apply/eqP; rewrite -subr_eq; apply/eqP.
have <- : (\row_j visit μ j *m resolvent) ord0 s' = visit μ s' - g * \sum_s visit μ s * K s s'.
  rewrite mulmxBr mulmx1 -scalemxAr !mxE; congr (_ - g * _).
  by apply: eq_bigr => j _; rewrite !mxE.
have -> : \row_j visit μ j = \row_j μ j *m invmx resolvent by apply/rowP => j; rewrite [LHS]mxE.
by rewrite mulmxKV ?resolvent_unit // mxE.
Qed.

Lemma solve_indicator_ge0 i j : 0 <= invmx resolvent i j.
Proof.
have ex := solve_is_discounted_sum (fun l => (l == j)%:R).
have -> : invmx resolvent i j = solve (fun l => (l == j)%:R) i.
  rewrite /solve mxE (bigD1 j) //= big1 ?addr0 ?mxE ?eqxx ?mulr1 // => l lj.
  by rewrite mxE (negbTE lj) mulr0.
by apply: discounted_sum_ge0 ex _ i => l; rewrite ler0n.
Qed.

Lemma visit_ge0 μ : (forall s, 0 <= μ s) -> forall s, 0 <= visit μ s.
Proof.
move=> μ0 s; rewrite /visit mxE; apply: sumr_ge0 => j _.
by rewrite mxE mulr_ge0 // solve_indicator_ge0.
Qed.

Lemma visits_unique μ ρ : visits μ ρ -> ρ =1 visit μ.
Proof.
move=> flow s; have yx := solve_is_discounted_sum (fun l => (l == s)%:R).
have pick (r : 'I_k.+1 -> F) : \sum_l r l * (l == s)%:R = r s.
  by rewrite (bigD1 s) //= eqxx mulr1 big1 ?addr0 // => l /negbTE ->; rewrite mulr0.
by rewrite -[LHS]pick -[RHS]pick -(visits_dual flow yx) -(visits_dual (visit_is_visits μ) yx).
Qed.

Lemma visits_total μ ρ : visits μ ρ -> \sum_s μ s = 1 -> \sum_s ρ s = (1 - g)^-1.
Proof.
move=> flow μ1; have one : discounted_sum (fun _ => 1) (fun _ => (1 - g)^-1).
  move=> s; rewrite (average_constant (K_distribution s)); apply: (mulfI horizon_neq0).
  by rewrite mulrDr mulr1 mulrCA mulfV ?horizon_neq0 // mulr1 subrK.
have := visits_dual flow one; rewrite -mulr_suml μ1 mul1r => ->.
by apply: eq_bigr => s _; rewrite mulr1.
Qed.

End Kernel.
