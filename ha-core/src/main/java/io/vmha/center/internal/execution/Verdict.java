package io.vmha.center.internal.execution;

import io.vmha.policy.Reason;

/**
 * What a guard says of a step that is about to have an effect. Immutable.
 *
 * @param kind whether it may go on
 * @param reason why not
 * @param detail why not, for a person
 */
record Verdict(Kind kind, Reason reason, String detail) {
    /** Whether a step may go on. */
    enum Kind {
        /** It may. */
        PASS,
        /** There is nothing left to do. */
        DONE,
        /** An operator, a storm guard or a pause holds it. */
        HOLD,
        /** Room or a reading is missing that may come. */
        NO_ROOM,
        /** Others come first. */
        NO_TURN,
        /** It can wait, and what serves comes first. */
        LATER,
        /** Never: the step is skipped, and what it was for is decided anew. */
        NEVER
    }

    static final Verdict PASS = new Verdict(Kind.PASS, Reason.ACTION_FAILED, "");
    static final Verdict NO_TURN = new Verdict(Kind.NO_TURN, Reason.ACTION_FAILED, "others come first");

    static Verdict done(String detail) {
        return new Verdict(Kind.DONE, Reason.ACTION_FAILED, detail);
    }

    static Verdict hold(Reason reason, String detail) {
        return new Verdict(Kind.HOLD, reason, detail);
    }

    static Verdict noRoom(Reason reason, String detail) {
        return new Verdict(Kind.NO_ROOM, reason, detail);
    }

    static Verdict later(String detail) {
        return new Verdict(Kind.LATER, Reason.ACTION_FAILED, detail);
    }

    static Verdict never(Reason reason, String detail) {
        return new Verdict(Kind.NEVER, reason, detail);
    }

    boolean passes() {
        return kind == Kind.PASS;
    }
}
