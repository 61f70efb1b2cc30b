package io.vmha.policy;

import static org.assertj.core.api.Assertions.assertThat;

import io.vmha.fault.FaultSubject;
import io.vmha.model.ClusterRole;
import io.vmha.model.HostId;
import io.vmha.model.Resources;
import io.vmha.model.TemplateId;
import io.vmha.model.VmId;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A visitor is given each kind by its own method, and a partial one answers for the kinds that it does not name. */
class DecisionVisitorTest {
    private static final VmId VM = VmId.of("mw1");
    private static final VmId OTHER = VmId.of("mw3");
    private static final HostId HOST = HostId.of("h2");
    private static final Explanation WHY = Explanation.of(() -> "so that it is told");
    private static final Resources ROOM = Resources.of(1_000, 1_024);

    static List<SubjectDecision> decisions() {
        Trigger trigger = Trigger.LOAD;
        ClusterRole role = ClusterRole.PRIMARY;
        return List.of(
                new SubjectDecision.Redirect(VM, trigger, List.of(VM), OTHER, role, false, WHY),
                new SubjectDecision.Restart(VM, trigger, HOST, role, WHY),
                new SubjectDecision.Reclone(VM, trigger, TemplateId.of("t"), HOST, role, WHY),
                new SubjectDecision.Reallocate(VM, trigger, HOST, ROOM, WHY),
                new SubjectDecision.Shift(VM, trigger, List.of(VM), OTHER, role, HOST, ROOM, WHY),
                new SubjectDecision.Migrate(VM, trigger, HostId.of("h1"), HOST, role, WHY),
                new SubjectDecision.Failback(VM, trigger, OTHER, role, false, WHY),
                new SubjectDecision.NoTarget(VM, trigger, Reason.NO_CAPACITY, WHY),
                new SubjectDecision.Blocked(new FaultSubject.OfVm(VM), trigger, Reason.NO_CAPACITY, WHY),
                new SubjectDecision.Ignored(new FaultSubject.OfVm(VM), trigger, Reason.NO_CAPACITY, WHY));
    }

    @Test
    void everyKindIsAmongTheseDecisions() {
        Set<Class<?>> kinds = decisions().stream().map(Object::getClass).collect(Collectors.toSet());
        assertThat(kinds).containsExactlyInAnyOrder(SubjectDecision.class.getPermittedSubclasses());
    }

    @Test
    void aVisitorHasAMethodForEachKind() {
        List<String> kinds = Arrays.stream(SubjectDecision.class.getPermittedSubclasses())
                .map(kind -> "visit" + kind.getSimpleName())
                .toList();
        assertThat(SubjectDecision.Visitor.class.getMethods())
                .extracting(method -> method.getName())
                .containsExactlyInAnyOrderElementsOf(kinds);
    }

    @ParameterizedTest
    @MethodSource("decisions")
    void aPartialVisitorAnswersForTheKindsThatItDoesNotName(SubjectDecision decision) {
        String told = decision.accept(new SubjectDecision.PartialVisitor<String>() {
            @Override
            public String visitMigrate(SubjectDecision.Migrate migrate) {
                return "to " + migrate.to();
            }

            @Override
            public String visitOther(SubjectDecision other) {
                return "other " + other.outcome();
            }
        });
        assertThat(told)
                .isEqualTo(decision instanceof SubjectDecision.Migrate ? "to h2" : "other " + decision.outcome());
    }
}
