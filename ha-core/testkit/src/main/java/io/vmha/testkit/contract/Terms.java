package io.vmha.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.vmha.center.leader.Leadership;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * All that the candidates for a leadership answered, one after the other, which has to be the history of one leader at a time: no epoch
 * is lower than one that was seen before, and none is seen of two candidates, or again after its term was over. Two that lead at once
 * break that as soon as the one with the lower epoch is asked again. Confined to one thread.
 */
final class Terms {
    private final List<Leadership> candidates;
    private long latest = -1;
    private int holder = -1;
    private boolean isOver;

    Terms(List<Leadership> candidates) {
        this.candidates = candidates;
    }

    /** Asks all of them, and returns who was the last to lead; empty where nobody did. */
    OptionalInt look() {
        OptionalInt leader = OptionalInt.empty();
        for (int candidate = 0; candidate < candidates.size(); candidate++) {
            if (ask(candidate).isPresent()) {
                leader = OptionalInt.of(candidate);
            }
        }
        return leader;
    }

    /** Asks one of them. */
    OptionalLong ask(int candidate) {
        OptionalLong answer = candidates.get(candidate).epoch();
        if (answer.isPresent()) {
            leads(candidate, answer.getAsLong());
        } else if (candidate == holder) {
            isOver = true;
        }
        return answer;
    }

    private void leads(int candidate, long epoch) {
        assertThat(epoch).as("an epoch").isNotNegative();
        if (candidate == holder && epoch == latest) {
            assertThat(isOver)
                    .as("candidate %s leads again in epoch %s, of which it had said that it is over", candidate, epoch)
                    .isFalse();
            return;
        }
        assertThat(epoch)
                .as(
                        "the epoch that candidate %s leads in, after candidate %s was seen in epoch %s",
                        candidate, holder, latest)
                .isGreaterThan(latest);
        latest = epoch;
        holder = candidate;
        isOver = false;
    }

    /** The highest epoch that was seen. */
    long latest() {
        return latest;
    }
}
