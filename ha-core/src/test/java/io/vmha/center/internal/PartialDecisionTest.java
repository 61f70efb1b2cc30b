package io.vmha.center.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.vmha.Fixtures;
import io.vmha.model.ClusterRole;
import io.vmha.model.Inventory;
import io.vmha.model.VmId;
import io.vmha.policy.Explanation;
import io.vmha.policy.SubjectDecision;
import io.vmha.policy.Trigger;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class PartialDecisionTest {
    private final Inventory start = Fixtures.referenceEmbodiment();

    @Test
    void requestsWhosePartIsGoneMoveWithTheVmThatServesThem() {
        List<SubjectDecision> left = PartialDecision.of(served("mw1", "mw2"), List.of(redirect("mw2", "mw3", "mw2")));

        assertThat(left)
                .singleElement()
                .satisfies(part -> assertThat(((SubjectDecision.Redirect) part).owners())
                        .containsExactly(VmId.of("mw2"), VmId.of("mw1")));
    }

    @Test
    void requestsThatAnotherPartMovesAreLeftToIt() {
        List<SubjectDecision> parts = List.of(redirect("mw1", "mw4", "mw1"), redirect("mw2", "mw3", "mw2"));

        assertThat(PartialDecision.of(served("mw1", "mw2"), parts)).containsExactlyElementsOf(parts);
    }

    @Test
    void whatRestsOnAMoveThatIsNotMadeIsDecidedAgainLater() {
        assertThat(PartialDecision.of(served("mw1", "mw2"), List.of(redirect("mw1", "mw3"))))
                .isEmpty();
    }

    @Test
    void whatIsServedAlreadyStaysSo() {
        List<SubjectDecision> parts = List.of(redirect("mw1", "mw2"));

        assertThat(PartialDecision.of(served("mw1", "mw2"), parts)).containsExactlyElementsOf(parts);
    }

    private Inventory served(String owner, String server) {
        return start.with(start.requireVm(VmId.of(owner)).withServedBy(VmId.of(server)));
    }

    private static SubjectDecision redirect(String vm, String target, String... owners) {
        return new SubjectDecision.Redirect(
                VmId.of(vm),
                Trigger.HOST_DOWN,
                Stream.of(owners).map(VmId::of).toList(),
                VmId.of(target),
                ClusterRole.PRIMARY,
                false,
                Explanation.of(() -> "for the test"));
    }
}
