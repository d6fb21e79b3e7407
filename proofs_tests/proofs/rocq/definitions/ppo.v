(** PPO's surrogate objectives and its clipped value loss. A batch of samples is a sequence; [r] is the probability
    ratio of an action, [A] the estimate of its advantage. *)

From mathcomp Require Import all_ssreflect all_algebra.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section PPO.
Variable F : realFieldType.
Implicit Types (ε r A : F).

(** The sum of a sequence; and the mean of f over a batch. Of an empty batch, which the package refuses,
    it is 0. *)
Definition total (numbers : seq F) : F := foldr +%R 0 numbers.
Definition mean (X : Type) (f : X -> F) (batch : seq X) : F := total (map f batch) / (size batch)%:R.

(** clip(x, low, high) = min(max(x, low), high). *)
Definition clip (x low high : F) : F := Num.min (Num.max x low) high.

(** min(r A, clip(r, 1-ε, 1+ε) A). *)
Definition clip_term ε r A : F := Num.min (r * A) (clip r (1 - ε) (1 + ε) * A).

(** g(ε, A) = (1+ε) A if A >= 0, and (1-ε) A if A < 0; and min(r A, g(ε, A)). *)
Definition g ε A : F := if 0 <= A then (1 + ε) * A else (1 - ε) * A.
Definition clip_term_g ε r A : F := Num.min (r * A) (g ε A).

(** The slope of the term in r: 0 if A > 0 and r > 1+ε, or A < 0 and r < 1-ε; else A. *)
Definition clip_gradient ε r A : F := if (0 < A) && (1 + ε < r) || (A < 0) && (r < 1 - ε) then 0 else A.

(** The term of the dual clip: max(min(r A, clip(r, 1-ε, 1+ε) A), c A) if A < 0, and the clipped term if not. *)
Definition dual_clip_term ε (dual_clip : F) r A : F :=
  if A < 0 then Num.max (clip_term ε r A) (dual_clip * A) else clip_term ε r A.

(** L^CPI, and L^CLIP in both of its published forms: means over a batch of pairs (r, A). *)
Definition cpi_objective (batch : seq (F * F)) : F := mean (fun s => s.1 * s.2) batch.
Definition clip_objective ε (batch : seq (F * F)) : F := mean (fun s => clip_term ε s.1 s.2) batch.
Definition clip_objective_g ε (batch : seq (F * F)) : F := mean (fun s => clip_term_g ε s.1 s.2) batch.
Definition dual_clip_objective ε (dual_clip : F) (batch : seq (F * F)) : F :=
  mean (fun s => dual_clip_term ε dual_clip s.1 s.2) batch.

(** One sample for the value function: V(s_t) now, V(s_t) when the data were collected, and V^targ. *)
Record value_sample := ValueSample { value : F; old_value : F; target_value : F }.
Implicit Type x : value_sample.

(** V^clip = clip(V, V^old - ε, V^old + ε). *)
Definition clipped_value ε x : F := clip (value x) (old_value x - ε) (old_value x + ε).

(** (V - V^targ)^2, and max((V - V^targ)^2, (V^clip - V^targ)^2); the losses are their means. *)
Definition squared_error x : F := (value x - target_value x) ^+ 2.
Definition clipped_squared_error ε x : F := Num.max (squared_error x) ((clipped_value ε x - target_value x) ^+ 2).
Definition value_loss (batch : seq value_sample) : F := mean squared_error batch.
Definition clipped_value_loss ε (batch : seq value_sample) : F := mean (clipped_squared_error ε) batch.

End PPO.
