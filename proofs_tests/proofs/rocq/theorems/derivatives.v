(** Rules of differentiation over an ordered field: nothing here needs completeness. *)

From mathcomp Require Import all_ssreflect all_algebra.
From rlproof.definitions Require Import process score.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import Order.Theory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Derivatives.
Variables (F : realFieldType) (θ : F).
Implicit Types (f g : F -> F) (d e c ε : F).

Lemma eq_derivative f g d : f =1 g -> has_derivative f θ d -> has_derivative g θ d.
Proof. by move=> fg fd ε /fd[δ δ0 near]; exists δ => // h /near; rewrite !fg. Qed.

Lemma derivative_const c : has_derivative (fun=> c) θ 0.
Proof. by move=> ε ε0; exists 1 => // h _; rewrite mul0r !subr0 subrr normr0 mulr_ge0 // ltW. Qed.

Lemma derivative_id : has_derivative id θ 1.
Proof. by move=> ε ε0; exists 1 => // h _; rewrite mul1r [θ + h]addrC addrK subrr normr0 mulr_ge0 // ltW. Qed.

(** Both functions within one distance of θ. *)
Lemma derivative_both f g d e ε : has_derivative f θ d -> has_derivative g θ e -> 0 < ε ->
  exists2 δ, 0 < δ & forall h, `|h| < δ ->
    `|f (θ + h) - f θ - d * h| <= ε * `|h| /\ `|g (θ + h) - g θ - e * h| <= ε * `|h|.
Proof.
move=> fd ge ε0; have [δ δ0 nearf] := fd ε ε0; have [δ' δ'0 nearg] := ge ε ε0.
exists (Num.min δ δ') => [|h]; first by rewrite lt_minr δ0.
by rewrite lt_minr => /andP[/nearf ? /nearg ?].
Qed.

Lemma derivativeD f g d e :
  has_derivative f θ d -> has_derivative g θ e -> has_derivative (fun x => f x + g x) θ (d + e).
Proof.
move=> fd ge ε ε0; have half0 : 0 < ε / 2%:R by rewrite divr_gt0 ?ltr0n.
have [δ δ0 near] := derivative_both fd ge half0; exists δ => // h /near[nearf nearg].
have -> : f (θ + h) + g (θ + h) - (f θ + g θ) - (d + e) * h
    = (f (θ + h) - f θ - d * h) + (g (θ + h) - g θ - e * h).
  by rewrite mulrDl !opprD [X in X + _]addrACA [LHS]addrACA.
apply: le_trans (ler_norm_add _ _) _; apply: le_trans (ler_add nearf nearg) _.
by rewrite -mulrDl -mulrDl -mulr2n -mulr_natr mulfK // pnatr_eq0.
Qed.

(** The error of a product, for errors ε of its factors. *)
Lemma derivativeM f g d e :
  has_derivative f θ d -> has_derivative g θ e -> has_derivative (fun x => f x * g x) θ (d * g θ + f θ * e).
Proof.
move=> fd ge ε ε0; pose slope := (1 + `|d|) * (1 + `|e|).
have slope0 : 0 < slope by rewrite mulr_gt0 // ltr_paddr ?normr_ge0 ?ltr01.
pose K := `|g θ| + `|f θ| + slope.
have K0 : 0 < K by rewrite ltr_paddl // addr_ge0.
pose ε' := Num.min 1 (ε / K); have ε'0 : 0 < ε' by rewrite lt_minr ltr01 divr_gt0.
have [δ δ0 near] := derivative_both fd ge ε'0.
exists (Num.min δ ε') => [|h]; first by rewrite lt_minr δ0.
rewrite lt_minr => /andP[/near[nearf nearg] hε].
set x := f (θ + h) - f θ - d * h in nearf; set y := g (θ + h) - g θ - e * h in nearg.
have fx : f (θ + h) = f θ + (d * h + x) by rewrite /x [d * h + _]addrC subrK [RHS]addrC subrK.
have gy : g (θ + h) = g θ + (e * h + y) by rewrite /y [e * h + _]addrC subrK [RHS]addrC subrK.
have rise z w : `|z| <= ε' * `|h| -> `|w * h + z| <= (1 + `|w|) * `|h|.
  move=> zε; apply: le_trans (ler_norm_add _ _) _; rewrite normrM mulrDl addrC ler_add2r mul1r.
  by apply: le_trans zε _; rewrite ler_pimull // le_minl lexx.
have -> : f (θ + h) * g (θ + h) - f θ * g θ - (d * g θ + f θ * e) * h
    = x * g θ + f θ * y + (d * h + x) * (e * h + y).
  rewrite fx gy; move: (f θ) (g θ) => a b.
  have expand u v : (a + u) * (b + v) = u * v + u * b + a * v + a * b.
    by rewrite mulrDl !mulrDr (AC (2*2) (4*3*2*1))%AC.
  apply/eqP; rewrite !subr_eq expand; move: ((d * h + x) * (e * h + y)) => rest; apply/eqP.
  rewrite [(d * h + x) * b]mulrDl [a * (e * h + y)]mulrDr [(d * b + a * e) * h]mulrDl.
  rewrite -[a * e * h]mulrA [d * b * h]mulrAC !addrA; congr (_ + _).
  by rewrite [RHS](ACl (3*4*1*5*2))%AC.
apply: le_trans (ler_norm_add _ _) _; apply: le_trans (ler_add (ler_norm_add _ _) (lexx _)) _.
rewrite !normrM.
have bound : `|d * h + x| * `|e * h + y| <= slope * (ε' * `|h|).
  apply: le_trans (ler_pmul (normr_ge0 _) (normr_ge0 _) (rise _ _ nearf) (rise _ _ nearg)) _.
  rewrite mulrACA ler_wpmul2l ?(ltW slope0) // ler_wpmul2r // ltW //.
apply: le_trans (ler_add (ler_add (ler_wpmul2r (normr_ge0 _) nearf) (ler_wpmul2l (normr_ge0 _) nearg)) bound) _.
rewrite [X in X + _ + _]mulrC -!mulrDl mulrA ler_wpmul2r // -/K.
by rewrite mulrC -ler_pdivl_mulr // le_minl lexx orbT.
Qed.

Lemma derivativeZ c f d : has_derivative f θ d -> has_derivative (fun x => c * f x) θ (c * d).
Proof. by move=> fd; have := derivativeM (derivative_const c) fd; rewrite mul0r add0r. Qed.

Lemma derivative_sum (I : Type) (r : seq I) (g : I -> F -> F) (dg : I -> F) :
  (forall i, has_derivative (g i) θ (dg i)) ->
  has_derivative (fun x => \sum_(i <- r) g i x) θ (\sum_(i <- r) dg i).
Proof.
move=> gd; elim: r => [|i r IH]; rewrite ?big_nil ?big_cons.
  by apply: eq_derivative (derivative_const 0) => x; rewrite big_nil.
by apply: eq_derivative (derivativeD (gd i) IH) => x; rewrite big_cons.
Qed.

(** The derivative of a product, where that of a factor is the factor times σ. *)
Lemma derivative_prod (I : Type) (r : seq I) (g : I -> F -> F) (σ : I -> F) :
  (forall i, has_derivative (g i) θ (g i θ * σ i)) ->
  has_derivative (fun x => \prod_(i <- r) g i x) θ ((\prod_(i <- r) g i θ) * \sum_(i <- r) σ i).
Proof.
move=> gd; elim: r => [|i r IH]; rewrite ?big_nil ?big_cons ?mulr0.
  by apply: eq_derivative (derivative_const 1) => x; rewrite big_nil.
have := derivativeM (gd i) IH; rewrite mulrA [g i θ * σ i * _]mulrAC -mulrDr => d.
by apply: eq_derivative d => x; rewrite big_cons.
Qed.

(** Where a function that is never negative is zero, so is its derivative. *)
Lemma derivative_at_zero f d : has_derivative f θ d -> (forall x, 0 <= f x) -> f θ = 0 -> d = 0.
Proof.
move=> fd f0 z; apply/eqP; apply: contraT => d0.
have half0 : 0 < `|d| / 2%:R by rewrite divr_gt0 ?normr_gt0 ?ltr0n.
have [δ δ0 near] := fd _ half0; have [k k0 kδ] : exists2 k, 0 < k & k < δ.
  by exists (δ / 2%:R); rewrite ?divr_gt0 ?ltr0n // ltr_pdivr_mulr ?ltr0n // mulr_natr mulr2n ltr_addl.
have hk : `|- (Num.sg d * k)| = k by rewrite normrN normrM normr_sg d0 mul1r gtr0_norm.
have := near (- (Num.sg d * k)); rewrite hk z subr0 mulrN opprK mulrA [d * _]mulrC -normrEsg => bound.
have := le_trans (le_trans (ler_paddl (f0 _) (lexx _)) (ler_norm _)) (bound kδ).
by rewrite ler_pmul2r // ler_pmulr ?normr_gt0 // invf_ge1 ?ltr0n // (lern1 _ 2).
Qed.

Lemma derivative_unique f d e : has_derivative f θ d -> has_derivative f θ e -> d = e.
Proof.
move=> fd fe; apply/eqP; rewrite -subr_eq0; apply/eqP.
apply: (@derivative_at_zero (fun=> 0)) => //.
have := derivativeD fd (derivativeZ (-1) fe); rewrite mulN1r => fde.
by apply: eq_derivative fde => x; rewrite mulN1r subrr.
Qed.

Lemma derivative_horner (p : {poly F}) : has_derivative (fun x => p.[x]) θ (p^`()).[θ].
Proof.
elim/poly_ind: p => [|p c IH].
  by rewrite derivC horner0; apply: eq_derivative (derivative_const 0) => x; rewrite horner0.
have d := derivativeD (derivativeM IH derivative_id) (derivative_const c).
rewrite derivD derivM derivX derivC addr0 mulr1 !hornerE in d *.
by apply: eq_derivative d => x; rewrite !hornerE.
Qed.

End Derivatives.
