(** The rational numbers that Rocq computes with, inside any ordered field: [real q] is the field's number q.

    [Q] has fractions of binary integers and computes; a field of MathComp has laws and does not. [real] respects
    the operations, so what is computed with fractions holds of the field. *)

From Coq Require Import ZArith QArith Qminmax Qabs Lia.
From mathcomp Require Import all_ssreflect all_algebra.
From rlproof.definitions Require Import process bellman.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import Order.Theory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Real.
Variable F : realFieldType.

Definition whole (z : Z) : F := (Z.to_nat z)%:R - (Z.to_nat (Z.opp z))%:R.

Lemma whole_difference (z : Z) (a b : nat) : z = Z.sub (Z.of_nat a) (Z.of_nat b) -> whole z = a%:R - b%:R.
Proof.
move=> zE; have key : (Z.to_nat z + b = Z.to_nat (Z.opp z) + a)%N by rewrite -!plusE; lia.
apply/eqP; rewrite /whole subr_eq addrAC eq_sym subr_eq eq_sym -!natrD.
by rewrite key addnC.
Qed.

Lemma whole_add x y : whole (Z.add x y) = whole x + whole y.
Proof.
rewrite (@whole_difference _ (Z.to_nat x + Z.to_nat y) (Z.to_nat (Z.opp x) + Z.to_nat (Z.opp y))).
  by rewrite !natrD opprD addrACA.
rewrite -!plusE; lia.
Qed.

Lemma whole_opp x : whole (Z.opp x) = - whole x.
Proof. by rewrite /whole Z.opp_involutive opprB. Qed.

Lemma whole_mul x y : whole (Z.mul x y) = whole x * whole y.
Proof.
rewrite (@whole_difference _ (Z.to_nat x * Z.to_nat y + Z.to_nat (Z.opp x) * Z.to_nat (Z.opp y))
                             (Z.to_nat x * Z.to_nat (Z.opp y) + Z.to_nat (Z.opp x) * Z.to_nat y)).
  by rewrite /whole !natrD !natrM mulrBl !mulrBr opprD opprB addrACA.
rewrite -!plusE -!multE; nia.
Qed.

Lemma whole_nat (k : nat) : whole (Z.of_nat k) = k%:R.
Proof. rewrite (@whole_difference _ k 0) ?subr0 //; lia. Qed.

Lemma whole_ge0 z : Z.le Z0 z -> 0 <= whole z.
Proof. move=> z0; rewrite (@whole_difference _ (Z.to_nat z) 0) ?subr0 ?ler0n //; lia. Qed.

Lemma whole_gt0 z : Z.lt Z0 z -> 0 < whole z.
Proof.
move=> z0; rewrite (@whole_difference _ (Z.to_nat z) 0) ?subr0; last by lia.
rewrite ltr0n lt0n; apply/eqP; lia.
Qed.

Definition real (q : Q) : F := whole (Qnum q) / whole (Zpos (Qden q)).

Lemma denominator_gt0 q : 0 < whole (Zpos (Qden q)).
Proof. exact: whole_gt0. Qed.

Lemma denominator_neq0 q : whole (Zpos (Qden q)) != 0.
Proof. exact: lt0r_neq0 (denominator_gt0 q). Qed.

Lemma real_eq x y : Qeq x y -> real x = real y.
Proof.
rewrite /Qeq /real => cross; apply/eqP.
by rewrite eqr_div ?denominator_neq0 // -!whole_mul cross.
Qed.

Lemma real_0 : real 0 = 0. Proof. by rewrite /real /whole subrr mul0r. Qed.
Lemma real_1 : real 1 = 1. Proof. by rewrite /real divff // lt0r_neq0 // whole_gt0. Qed.

Lemma real_add x y : real (Qplus x y) = real x + real y.
Proof.
rewrite /real addf_div ?denominator_neq0 // /Qplus /= Pos2Z.inj_mul whole_mul.
by rewrite whole_add !whole_mul.
Qed.

Lemma real_opp x : real (Qopp x) = - real x.
Proof. by rewrite /real /= whole_opp mulNr. Qed.

Lemma real_sub x y : real (Qminus x y) = real x - real y.
Proof. by rewrite /Qminus real_add real_opp. Qed.

Lemma real_mul x y : real (Qmult x y) = real x * real y.
Proof. by rewrite /real mulf_div /Qmult /= Pos2Z.inj_mul !whole_mul. Qed.

Lemma real_inv x : real (Qinv x) = (real x)^-1.
Proof.
rewrite /Qinv /real invf_div; case: x => [[|p|p] d] /=; first by rewrite /whole subrr mul0r invr0 mulr0.
  by [].
by rewrite -[Zneg d]/(Z.opp (Zpos d)) -[Zneg p]/(Z.opp (Zpos p)) !whole_opp invrN mulrN mulNr.
Qed.

Lemma real_div x y : real (Qdiv x y) = real x / real y.
Proof. by rewrite /Qdiv real_mul real_inv. Qed.

Lemma real_le x y : Qle x y -> real x <= real y.
Proof.
move=> xy; rewrite -subr_ge0 -real_sub /real divr_ge0 ?(ltW (denominator_gt0 _)) //.
apply: whole_ge0; move: xy; rewrite /Qle /Qminus /Qplus /Qopp /=; lia.
Qed.

Lemma real_lt x y : Qlt x y -> real x < real y.
Proof.
move=> xy; rewrite -subr_gt0 -real_sub /real divr_gt0 ?denominator_gt0 //.
apply: whole_gt0; move: xy; rewrite /Qlt /Qminus /Qplus /Qopp /=; lia.
Qed.

Lemma real_inj x y : real x = real y -> Qeq x y.
Proof.
move=> xy; case: (Qlt_le_dec x y) => [/real_lt|yx]; first by rewrite xy ltxx.
case: (Qlt_le_dec y x) => [/real_lt|]; first by rewrite xy ltxx.
by move=> le_xy; apply: Qle_antisym.
Qed.

Lemma real_max x y : real (Qmax x y) = Num.max (real x) (real y).
Proof.
have [xy|yx] := Qlt_le_dec x y.
  rewrite (real_eq (Q.max_r _ _ (Qlt_le_weak _ _ xy))); apply/esym/max_idPr.
  exact/real_le/Qlt_le_weak.
by rewrite (real_eq (Q.max_l _ _ yx)); apply/esym/max_idPl/real_le.
Qed.

Lemma real_min x y : real (Qmin x y) = Num.min (real x) (real y).
Proof.
have [xy|yx] := Qlt_le_dec x y.
  rewrite (real_eq (Q.min_l _ _ (Qlt_le_weak _ _ xy))); apply/esym/min_idPl.
  exact/real_le/Qlt_le_weak.
by rewrite (real_eq (Q.min_r _ _ yx)); apply/esym/min_idPr/real_le.
Qed.

Lemma real_abs x : real (Qabs x) = `|real x|.
Proof.
have [x0|x0] := Qlt_le_dec x 0.
  rewrite (real_eq (Qabs_neg _ (Qlt_le_weak _ _ x0))) real_opp ler0_norm //.
  by rewrite -real_0; exact/real_le/Qlt_le_weak.
by rewrite (real_eq (Qabs_pos _ x0)) ger0_norm // -real_0; exact: real_le.
Qed.

Lemma real_nat (k : nat) : real (inject_Z (Z.of_nat k)) = k%:R.
Proof. by rewrite /real whole_nat /whole /= subr0 divr1. Qed.

Lemma real_reduced x : real (Qred x) = real x.
Proof. by apply: real_eq; exact: Qred_correct. Qed.

End Real.
