package io.vmha.policy;

import static org.assertj.core.api.Assertions.assertThat;

import io.vmha.Fixtures;
import io.vmha.fault.FaultReport;
import io.vmha.fault.FaultSubject;
import io.vmha.model.Inventory;
import io.vmha.model.VmId;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a policy of a user's own does about several faults that are decided together, unless it says otherwise. */
class FailoverPolicyTest {
    private static final FailoverPolicy BUILT_IN = HaPolicies.withDefaults().failover();
    private static final FailoverPolicy OWN = BUILT_IN::decide;
    private static final List<FaultReport> REPORTS = List.of(Fixtures.hostDown("h1"), Fixtures.readOnly("mw1"));

    private final Inventory faulty =
            FaultEffects.apply(FaultEffects.apply(Fixtures.referenceEmbodiment(), REPORTS.get(0)), REPORTS.get(1));

    @Test
    void aVmThatIsReportedItselfAndWithItsHostIsDecidedAboutOnce() {
        Decision decision = OWN.decideAll(faulty, REPORTS);

        assertThat(decision.parts().stream()
                        .filter(part -> part.subject().equals(new FaultSubject.OfVm(VmId.of("mw1"))))
                        .map(SubjectDecision::trigger)
                        .distinct())
                .containsExactly(Trigger.HOST_DOWN);
    }

    @Test
    void whatIsDecidedTogetherBreaksNoRule() {
        assertThat(HaPolicies.withDefaults().check().problems(faulty, OWN.decideAll(faulty, REPORTS)))
                .isEmpty();
    }
}
