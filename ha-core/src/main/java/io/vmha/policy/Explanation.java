package io.vmha.policy;

import com.google.common.collect.ImmutableList;
import java.util.List;
import java.util.function.Supplier;

/**
 * Why a decision came out as it did: a sentence for a person, and what became of each candidate.
 *
 * <p>It is worked out whenever it is asked for, from the immutable inventory of the decision; it costs nothing before that. Whoever
 * keeps a decision for long freezes it, so that the inventory is not kept with it. Safe for use from many threads.
 */
public final class Explanation {

    /**
     * What became of one candidate.
     *
     * @param candidate the machine or host that could have been chosen
     * @param chosen whether it was
     * @param why why it was chosen or passed over, for a person
     */
    public record Candidate(String candidate, boolean chosen, String why) {}

    private final Supplier<String> sentence;
    private final Supplier<List<Candidate>> candidates;
    private final boolean isFrozen;

    private Explanation(Supplier<String> sentence, Supplier<List<Candidate>> candidates, boolean isFrozen) {
        this.sentence = sentence;
        this.candidates = candidates;
        this.isFrozen = isFrozen;
    }

    /** Returns an explanation without candidates. */
    public static Explanation of(Supplier<String> sentence) {
        return new Explanation(sentence, ImmutableList::of, false);
    }

    /** Returns an explanation whose parts are worked out when they are asked for. */
    public static Explanation of(Supplier<String> sentence, Supplier<List<Candidate>> candidates) {
        return new Explanation(sentence, candidates, false);
    }

    /** One sentence for a person. */
    public String sentence() {
        return sentence.get();
    }

    /**
     * Every candidate that was looked at, the chosen one first, then by name; empty where there was no choice to make, and in
     * a frozen explanation.
     */
    public List<Candidate> candidates() {
        return candidates.get();
    }

    /**
     * Returns this explanation with its sentence worked out and without its candidates: it keeps no inventory alive. The
     * candidates may be as many as there are VMs of a type, so that working them out here would cost too much.
     */
    public Explanation frozen() {
        if (isFrozen) {
            return this;
        }
        String known = sentence();
        return new Explanation(() -> known, ImmutableList::of, true);
    }

    @Override
    public String toString() {
        return sentence();
    }
}
