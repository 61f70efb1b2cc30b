package io.vmha.fault;

import static org.assertj.core.api.Assertions.assertThat;

import io.vmha.Fixtures;
import io.vmha.model.HostId;
import io.vmha.model.Inventory;
import io.vmha.model.VmId;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A subject is told apart by a visitor, or asked for the one kind that matters. */
class FaultSubjectTest {
    private static final VmId VM = VmId.of("mw1");
    private static final HostId HOST = HostId.of("h1");
    private static final FaultSubject OF_VM = new FaultSubject.OfVm(VM);
    private static final FaultSubject OF_HOST = new FaultSubject.OfHost(HOST);

    static List<FaultSubject> subjects() {
        return List.of(OF_VM, OF_HOST);
    }

    @Test
    void everyKindIsAmongTheseSubjects() {
        assertThat(subjects().stream().map(Object::getClass).collect(Collectors.toSet()))
                .containsExactlyInAnyOrder(FaultSubject.class.getPermittedSubclasses());
    }

    @Test
    void aVisitorHasAMethodForEachKind() {
        List<String> kinds = Arrays.stream(FaultSubject.class.getPermittedSubclasses())
                .map(kind -> "visit" + kind.getSimpleName())
                .toList();
        assertThat(FaultSubject.Visitor.class.getMethods())
                .extracting(method -> method.getName())
                .containsExactlyInAnyOrderElementsOf(kinds);
    }

    @ParameterizedTest
    @MethodSource("subjects")
    void eachKindIsGivenToItsOwnMethod(FaultSubject subject) {
        FaultSubject given = subject.accept(new FaultSubject.Visitor<FaultSubject>() {
            @Override
            public FaultSubject visitOfVm(FaultSubject.OfVm vm) {
                return vm;
            }

            @Override
            public FaultSubject visitOfHost(FaultSubject.OfHost host) {
                return host;
            }
        });
        assertThat(given).isSameAs(subject);
    }

    @ParameterizedTest
    @MethodSource("subjects")
    void aPartialVisitorAnswersForTheKindsThatItDoesNotName(FaultSubject subject) {
        FaultSubject.PartialVisitor<String> visitor = other -> "other " + other;

        assertThat(subject.accept(visitor)).isEqualTo("other " + subject);
    }

    @Test
    void aSubjectIsAskedForTheKindThatMatters() {
        assertThat(OF_VM.asVm()).contains(VM);
        assertThat(OF_VM.asHost()).isEmpty();
        assertThat(OF_HOST.asHost()).contains(HOST);
        assertThat(OF_HOST.asVm()).isEmpty();
    }

    @Test
    void aVmAndAHostOfOneNameAreNotTheSame() {
        assertThat(OF_VM.is(VM)).isTrue();
        assertThat(OF_VM.is(VmId.of("mw2"))).isFalse();
        assertThat(OF_VM.is(HostId.of("mw1"))).isFalse();
        assertThat(OF_HOST.is(HOST)).isTrue();
        assertThat(OF_HOST.is(VmId.of("h1"))).isFalse();
    }

    @Test
    void aSubjectIsLookedUpAmongItsOwnKind() {
        Inventory inventory = Fixtures.referenceEmbodiment();

        assertThat(OF_VM.isIn(inventory)).isTrue();
        assertThat(OF_HOST.isIn(inventory)).isTrue();
        assertThat(new FaultSubject.OfVm(VmId.of("h1")).isIn(inventory)).isFalse();
        assertThat(new FaultSubject.OfHost(HostId.of("mw1")).isIn(inventory)).isFalse();
    }

    @Test
    @SuppressWarnings("removal")
    void foldStillAnswersWhatTheVisitorDoes() {
        assertThat(OF_VM.<String>fold(vm -> "VM " + vm, host -> "host " + host)).isEqualTo("VM mw1");
        assertThat(OF_HOST.<String>fold(vm -> "VM " + vm, host -> "host " + host))
                .isEqualTo("host h1");
    }
}
