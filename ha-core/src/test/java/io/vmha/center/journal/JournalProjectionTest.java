package io.vmha.center.journal;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.collect.ImmutableSortedSet;
import io.vmha.model.HostId;
import io.vmha.model.VmId;
import io.vmha.plan.Action;
import io.vmha.plan.Plan;
import io.vmha.plan.PlanId;
import io.vmha.plan.Step;
import io.vmha.policy.DecisionBatch;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class JournalProjectionTest {
    private static final Action ACTION = new Action.PowerOff(VmId.of("vm"), HostId.of("host"));

    private final JournalProjection projection = new JournalProjection();

    @Test
    void anApprovedOfferOfWhichNothingWasBegunComesLast() {
        projection.apply(opened(1, true));
        projection.apply(approved(1));
        projection.apply(opened(2, false));

        assertThat(openPlans()).containsExactly(2L, 1L);
    }

    @Test
    void anApprovedOfferComesBeforeThePlansThatWereOpenedAfterItsStepWasBegun() {
        projection.apply(opened(1, true));
        projection.apply(approved(1));
        projection.apply(begun(1, Instant.ofEpochSecond(25)));
        projection.apply(opened(2, false));
        projection.apply(opened(3, false));

        assertThat(openPlans()).containsExactly(2L, 1L, 3L);
    }

    @Test
    void anOfferThatNobodyApprovedKeepsItsTurn() {
        projection.apply(opened(1, true));
        projection.apply(opened(2, false));

        assertThat(openPlans()).containsExactly(1L, 2L);
    }

    @Test
    void aHeldPlanKeepsItsTurnWhenItIsApproved() {
        projection.apply(opened(1, false));
        projection.apply(opened(2, false));
        projection.apply(approved(1));

        assertThat(openPlans()).containsExactly(1L, 2L);
    }

    @Test
    void theStepsOfAnEarlierRevisionAreNoneOfTheLaterOnes() {
        projection.apply(opened(1, 1, false));
        projection.apply(begun(1, Instant.ofEpochSecond(25)));
        projection.apply(opened(1, 2, false));

        assertThat(projection.state().open())
                .singleElement()
                .satisfies(plan -> assertThat(plan.started()).isEmpty());
    }

    private List<Long> openPlans() {
        return projection.state().open().stream()
                .map(plan -> plan.opened().plan().id().value())
                .toList();
    }

    /** Opened as many times ten seconds after the epoch as its number says. */
    private static JournalEntry opened(long id, boolean isOffer) {
        return opened(id, 1, isOffer);
    }

    private static JournalEntry opened(long id, int revision, boolean isOffer) {
        Plan plan = new Plan(new PlanId(id), List.of(new Step(0, ACTION, ImmutableSortedSet.of())));
        return new JournalEntry.PlanOpened(
                Instant.ofEpochSecond(10 * id),
                revision,
                Optional.empty(),
                new DecisionBatch(List.of()),
                plan,
                isOffer);
    }

    private static JournalEntry approved(long id) {
        return new JournalEntry.PlanApproved(new PlanId(id), "operator");
    }

    private static JournalEntry begun(long id, Instant at) {
        return new JournalEntry.StepStarted(new PlanId(id), 0, 1, ACTION, 1, at);
    }
}
