package io.vmha.policy;

import com.google.common.collect.ImmutableList;
import java.util.List;
import java.util.function.Supplier;

/**
 * Why a decision came out as it did: a sentence for a person, and what became of each candidate.
 *
 * <p>It is worked out whenever it is asked for, from the immutable inventory of the decision; it costs nothing before that. Safe for use from many threads.
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

    private Explanation(Supplier<String> sentence, Supplier<List<Candidate>> candidates) {
        this.sentence = sentence;
        this.candidates = candidates;
    }

    /** Returns an explanation without candidates. */
    public static Explanation of(Supplier<String> sentence) {
        return new Explanation(sentence, ImmutableList::of);
    }

    /** Returns an explanation whose parts are worked out when they are asked for. */
    public static Explanation of(Supplier<String> sentence, Supplier<List<Candidate>> candidates) {
        return new Explanation(sentence, candidates);
    }

    /** One sentence for a person. */
    public String sentence() {
        return sentence.get();
    }

    /** Every candidate that was looked at, the chosen one first, then by name; empty where there was no choice to make. */
    public List<Candidate> candidates() {
        return candidates.get();
    }

    @Override
    public String toString() {
        return sentence();
    }
}
