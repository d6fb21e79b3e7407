(** The derivative over an ordered field is, over the real numbers, that of the library of analysis. *)

From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp.classical Require Import boolp classical_sets.
From mathcomp.analysis Require Import reals topology normedtype derive.
From rlproof.definitions Require Import process score.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import Order.Theory GRing.Theory Num.Theory numFieldNormedType.Exports.
Local Open Scope ring_scope.
Local Open Scope classical_set_scope.

Lemma is_derive_as_limit (R : realType) (f : R -> R) (θ d : R) :
  is_derive θ 1 f d <-> (fun h => h^-1 * (f (θ + h) - f θ)) @ 0^' --> d.
Proof.
have same : (fun h : R => h^-1 * (f (θ + h) - f θ)) = fun h => h^-1 *: ((f \o shift θ) (h *: 1) - f θ).
  by apply/funext => h; rewrite /= -[h *: 1]/(h * 1) mulr1 [θ + h]addrC.
rewrite same; split=> [[d1 d2] | lim]; first by rewrite -d2.
by split; [apply/cvg_ex; exists d | exact: norm_cvg_lim lim].
Qed.

Lemma is_deriveP (R : realType) (f : R -> R) (θ d : R) : has_derivative f θ d <-> is_derive θ 1 f d.
Proof.
have quotient (h : R) : h != 0 -> `|f (θ + h) - f θ - d * h| = `|d - h^-1 * (f (θ + h) - f θ)| * `|h|.
  by move=> h0; rewrite -normrM mulrBl distrC mulrAC mulVf // mul1r.
split=> [der | /is_derive_as_limit lim].
  apply/is_derive_as_limit/cvgrPdist_le => ε ε0; have [δ δ0 near] := der ε ε0.
  apply/nbhs_ballP; exists δ => // h hδ h0; move: hδ; rewrite /ball /= sub0r normrN => /near.
  by rewrite quotient // ler_pmul2r // normr_gt0.
move=> ε ε0; move/cvgrPdist_le: lim => /(_ ε ε0); move=> /nbhs_ballP[δ δ0 near]; exists δ => // h hδ.
have [-> | h0] := eqVneq h 0; first by rewrite addr0 subrr mulr0 subr0 normr0 mulr0.
by rewrite quotient // ler_wpmul2r //; apply: near => //; rewrite /ball /= sub0r normrN.
Qed.
