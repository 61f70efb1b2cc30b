package io.vmha.lab;

import static org.assertj.core.api.Assertions.assertThat;

import io.vmha.lab.Recording.Event;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;

class TakeoverTest {
    private static final long LOST = 1_000_000;

    private static final Event FIRST_LEADS = event(LOST - 900, Recording.LEADS, "", "h1 in epoch 1");
    private static final Event DECIDED = event(LOST - 300, "Decided", "7", "mw21 goes to mw11");
    private static final Event NEXT_LEADS = event(LOST + 4_000, Recording.LEADS, "", "h2 in epoch 2");
    private static final Event ENDED = event(LOST + 9_000, "PlanEnded", "7", "");

    @Test
    void theNextLeadsInTimeAndFinishesWhatWasOpen() {
        Takeover takeover = takeover(FIRST_LEADS, DECIDED, NEXT_LEADS, ENDED);

        assertThat(takeover.ledAfter()).isEqualTo(OptionalLong.of(4_000));
        assertThat(takeover.leader()).isEqualTo("h2 in epoch 2");
        assertThat(takeover.open()).containsExactly("7");
        assertThat(takeover.violations()).isEmpty();
        assertThat(takeover.text()).contains("4,000 ms", "limit 5,000 ms", "open then: 1, finished: 1");
    }

    @Test
    void nobodyWhoLeadsIsAViolation() {
        assertThat(takeover(FIRST_LEADS, DECIDED, ENDED).violations())
                .containsExactly("no other instance led after the leader's host lost its power");
    }

    @Test
    void whoLeadsTooLateIsAViolation() {
        Event late = event(LOST + 5_001, Recording.LEADS, "", "h2 in epoch 2");

        assertThat(takeover(FIRST_LEADS, DECIDED, late, ENDED).violations())
                .containsExactly("another instance led only after 5001 ms, more than 5000");
    }

    @Test
    void aPlanThatNeverEndsIsAViolation() {
        assertThat(takeover(FIRST_LEADS, DECIDED, NEXT_LEADS).violations())
                .containsExactly("what was open when the leader's host lost its power was never finished: [7]");
    }

    @Test
    void nothingThatWasOpenIsAViolation() {
        Event before = event(LOST - 100, "PlanEnded", "7", "");

        assertThat(takeover(FIRST_LEADS, DECIDED, before, NEXT_LEADS).violations())
                .containsExactly("no plan was open when the leader's host lost its power");
    }

    @Test
    void plansOfACenterBeforeTheGroupDoNotCount() {
        Event other = event(LOST - 2_000, "Decided", "3", "mw12 goes to mw22");

        assertThat(takeover(other, FIRST_LEADS, DECIDED, NEXT_LEADS, ENDED).open())
                .containsExactly("7");
    }

    @Test
    void aRunWithoutTheFaultHasNone() {
        assertThat(Takeover.of(Recordings.flipped())).isEmpty();
    }

    @Test
    void itsViolationsAreTheRuns() {
        assertThat(summary(FIRST_LEADS, DECIDED, ENDED).violations()).hasSize(1);
    }

    @Test
    void whatTheNextLeaderResumesWasNotDecidedForItsFault() {
        Event resumed = event(LOST + 3_900, "PlanResumed", "7", "mw21 goes to mw11");
        Event decided = event(LOST + 6_000, "Decided", "8", "mw12 goes to mw22");

        RunSummary.Phase phase = summary(FIRST_LEADS, DECIDED, resumed, NEXT_LEADS, decided, ENDED)
                .phases()
                .get(0);

        assertThat(phase.decided()).isEqualTo(OptionalLong.of(6_000));
    }

    private static RunSummary summary(Event... events) {
        return RunSummary.of(recording(events), Set.of(), List.of(), LabCenter.PROBE_INTERVAL);
    }

    private static Takeover takeover(Event... events) {
        return Takeover.of(recording(events)).orElseThrow();
    }

    private static Recording recording(Event... events) {
        return new Recording(
                List.of(new Mark(Takeover.PHASE, LOST, "the plug of h1 is pulled", List.of())),
                List.of(),
                List.of(events));
    }

    private static Event event(long at, String type, String plan, String text) {
        return new Event(at, at, type, plan.isEmpty() ? Optional.empty() : Optional.of(plan), "", "", text);
    }
}
