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
    private final JournalProjection projection = new JournalProjection();

    @Test
    void anOfferComesAfterThePlansThatWereOpenedBeforeItWasApproved() {
        projection.apply(opened(1, true));
        projection.apply(opened(2, false));
        projection.apply(new JournalEntry.PlanApproved(new PlanId(1), "operator"));
        projection.apply(opened(3, false));

        assertThat(openPlans()).containsExactly(2L, 1L, 3L);
    }

    @Test
    void aHeldPlanKeepsItsTurnWhenItIsApproved() {
        projection.apply(opened(1, false));
        projection.apply(opened(2, false));
        projection.apply(new JournalEntry.PlanApproved(new PlanId(1), "operator"));

        assertThat(openPlans()).containsExactly(1L, 2L);
    }

    private List<Long> openPlans() {
        return projection.state().open().stream()
                .map(plan -> plan.opened().plan().id().value())
                .toList();
    }

    private static JournalEntry.PlanOpened opened(long id, boolean isOffer) {
        Action action = new Action.PowerOff(VmId.of("vm"), HostId.of("host"));
        Plan plan = new Plan(new PlanId(id), List.of(new Step(0, action, ImmutableSortedSet.of())));
        return new JournalEntry.PlanOpened(
                Instant.EPOCH, 1, Optional.empty(), new DecisionBatch(List.of()), plan, isOffer);
    }
}
