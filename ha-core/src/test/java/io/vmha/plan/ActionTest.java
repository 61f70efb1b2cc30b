package io.vmha.plan;

import static org.assertj.core.api.Assertions.assertThat;

import io.vmha.Fixtures;
import io.vmha.model.HostHealth;
import io.vmha.model.HostId;
import io.vmha.model.Inventory;
import io.vmha.model.PowerState;
import io.vmha.model.Resources;
import io.vmha.model.TemplateId;
import io.vmha.model.VirtualMachine;
import io.vmha.model.VmHealth;
import io.vmha.model.VmId;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ActionTest {
    private static final VmId DB1 = VmId.of("db1");
    private static final VmId DB3 = VmId.of("db3");
    private static final HostId H1 = HostId.of("h1");
    private static final HostId H2 = HostId.of("h2");
    private static final Resources MORE = Resources.of(3_000, 9_000);

    private final Inventory inventory = Fixtures.referenceEmbodiment();

    static Stream<Arguments> actions() {
        return Stream.of(
                Arguments.of(new Action.PowerOff(DB1, H1), ActionKind.POWER_OFF, "db1", "h1", "power off db1 on h1"),
                Arguments.of(new Action.FenceHost(H1), ActionKind.FENCE_HOST, "", "h1", "fence host h1"),
                Arguments.of(
                        new Action.Redirect(DB1, DB3),
                        ActionKind.REDIRECT,
                        "db1",
                        "",
                        "redirect requests of db1 to db3"),
                Arguments.of(new Action.PowerOn(DB1, H2), ActionKind.POWER_ON, "db1", "h2", "power on db1 on h2"),
                Arguments.of(
                        new Action.Reallocate(DB1, H1, MORE),
                        ActionKind.REALLOCATE,
                        "db1",
                        "h1",
                        "reallocate db1 on h1 to " + MORE),
                Arguments.of(
                        new Action.Migrate(DB1, H1, H2), ActionKind.MIGRATE, "db1", "h2", "migrate db1 from h1 to h2"),
                Arguments.of(
                        new Action.CloneFromTemplate(DB1, TemplateId.of("golden"), H2),
                        ActionKind.CLONE,
                        "db1",
                        "h2",
                        "clone db1 from golden on h2"),
                Arguments.of(new Action.Promote(DB1), ActionKind.PROMOTE, "db1", "", "promote database in db1"),
                Arguments.of(new Action.Demote(DB1), ActionKind.DEMOTE, "db1", "", "demote database in db1"),
                Arguments.of(
                        new Action.DeleteLeftovers(DB1, H2),
                        ActionKind.DELETE_LEFTOVERS,
                        "db1",
                        "h2",
                        "delete leftovers of db1 on h2"),
                Arguments.of(new Action.Rejoin(DB1), ActionKind.REJOIN, "db1", "", "rejoin database in db1"));
    }

    @ParameterizedTest
    @MethodSource("actions")
    void anActionTellsItsKindItsMachineAndItsHost(Action action, ActionKind kind, String vm, String host, String text) {
        assertThat(action.kind()).isEqualTo(kind);
        assertThat(action.vm().map(VmId::value).orElse("")).isEqualTo(vm);
        assertThat(action.host().map(HostId::value).orElse("")).isEqualTo(host);
        assertThat(action).hasToString(text);
    }

    @ParameterizedTest
    @MethodSource("actions")
    void eachCaseIsGivenItsOwnAction(Action action, ActionKind kind, String vm, String host, String text) {
        Action given = action.accept(new Action.Visitor<Action>() {
            @Override
            public Action visitPowerOff(Action.PowerOff off) {
                return off;
            }

            @Override
            public Action visitFenceHost(Action.FenceHost f) {
                return f;
            }

            @Override
            public Action visitRedirect(Action.Redirect r) {
                return r;
            }

            @Override
            public Action visitPowerOn(Action.PowerOn on) {
                return on;
            }

            @Override
            public Action visitReallocate(Action.Reallocate a) {
                return a;
            }

            @Override
            public Action visitMigrate(Action.Migrate m) {
                return m;
            }

            @Override
            public Action visitCloneFromTemplate(Action.CloneFromTemplate c) {
                return c;
            }

            @Override
            public Action visitPromote(Action.Promote p) {
                return p;
            }

            @Override
            public Action visitDemote(Action.Demote d) {
                return d;
            }

            @Override
            public Action visitDeleteLeftovers(Action.DeleteLeftovers l) {
                return l;
            }

            @Override
            public Action visitRejoin(Action.Rejoin j) {
                return j;
            }
        });
        assertThat(given).isSameAs(action);
    }

    private VirtualMachine after(Action action) {
        return ActionEffects.apply(inventory, action).requireVm(DB1);
    }

    @Test
    void aMachineThatWasPoweredOffIsOff() {
        assertThat(after(new Action.PowerOff(DB1, H1)).power()).isEqualTo(PowerState.OFF);
    }

    @Test
    void aMachineThatWasPoweredOnIsOnAndHealthyThere() {
        Inventory failed = inventory.with(
                inventory.requireVm(DB1).withPower(PowerState.OFF).withHealth(VmHealth.FAILED));
        VirtualMachine on =
                ActionEffects.apply(failed, new Action.PowerOn(DB1, H2)).requireVm(DB1);
        assertThat(on).isEqualTo(inventory.requireVm(DB1).withHost(H2));
    }

    @Test
    void aMachineHasWhatItWasReallocated() {
        assertThat(after(new Action.Reallocate(DB1, H1, MORE)).allocation()).isEqualTo(MORE);
    }

    @Test
    void aMachineIsWhereItWasMigratedTo() {
        assertThat(after(new Action.Migrate(DB1, H1, H2)).host()).isEqualTo(H2);
    }

    @Test
    void aFencedHostIsDownWithAllItsMachinesOff() {
        Inventory fenced = ActionEffects.apply(inventory, new Action.FenceHost(H1));
        assertThat(fenced.requireHost(H1).health()).isEqualTo(HostHealth.DOWN);
        assertThat(fenced.vmsOn(H1)).extracting(VirtualMachine::power).containsOnly(PowerState.OFF);
        assertThat(fenced.vmsOn(H2)).extracting(VirtualMachine::power).containsOnly(PowerState.ON);
    }

    @Test
    void whatNeitherMovesNorStopsAMachineShowsNothing() {
        List<Action> shown = List.of(
                new Action.Redirect(DB1, DB3),
                new Action.Promote(DB1),
                new Action.CloneFromTemplate(DB1, TemplateId.of("golden"), H2));
        assertThat(shown)
                .allSatisfy(action ->
                        assertThat(ActionEffects.apply(inventory, action)).isSameAs(inventory));
    }

    @Test
    void whatIsNotKnownChangesNothing() {
        assertThat(ActionEffects.apply(inventory, new Action.PowerOff(VmId.of("nobody"), H1)))
                .isSameAs(inventory);
        assertThat(ActionEffects.apply(inventory, new Action.FenceHost(HostId.of("nowhere"))))
                .isSameAs(inventory);
    }
}
