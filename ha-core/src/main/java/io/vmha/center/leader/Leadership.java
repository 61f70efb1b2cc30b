package io.vmha.center.leader;

import java.util.OptionalLong;

/**
 * Tells whether this management center is the one that may act, and in which term.
 *
 * <p>Safe to call from any thread, and quick: it is asked before every action, and answers from what it knows, without waiting for whatever
 * the centers agree through. It throws nothing; a thread that is interrupted is answered, and stays interrupted. An implementation on a lease
 * answers empty as soon as the lease may have run out, not only once another center leads; so does one that cannot tell.
 *
 * <p>A term has one epoch from its beginning to its end, and an epoch is of one term: once this has answered empty, or with another epoch, it
 * never answers with that epoch again. So at no instant do two centers have an answer that is not empty.
 */
@FunctionalInterface
public interface Leadership {

    /**
     * The epoch of the term that this center leads in, 0 or more and higher than that of every earlier leader; empty while
     * it does not lead.
     */
    OptionalLong epoch();

    /** Always leads, in epoch 1: for a center that has no other beside it. */
    static Leadership soleCenter() {
        OptionalLong first = OptionalLong.of(1);
        return () -> first;
    }
}
