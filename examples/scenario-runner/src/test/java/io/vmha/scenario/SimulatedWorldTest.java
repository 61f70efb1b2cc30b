package io.vmha.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.vmha.detection.Heartbeat;
import io.vmha.detection.SecondLook;
import io.vmha.fault.FaultKind;
import io.vmha.fault.FaultReport;
import io.vmha.fault.FaultSubject;
import io.vmha.model.HostHealth;
import io.vmha.model.HostId;
import io.vmha.model.PowerState;
import io.vmha.model.Resources;
import io.vmha.model.VmId;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SimulatedWorldTest {
    private static final VmId MW1 = VmId.of("mw1");
    private static final VmId MW2 = VmId.of("mw2");
    private static final HostId H1 = HostId.of("h1");
    private static final HostId H2 = HostId.of("h2");

    private final SimulatedWorld world =
            new SimulatedWorld(ScenarioFiles.read("").inventory());
    private final Heartbeats heartbeats = new Heartbeats(world);

    @Test
    void aHostThatIsBackRunsNothingThatItLost() {
        world.happens(FaultReport.ofHost(H1, FaultKind.HOST_UNREACHABLE, Instant.EPOCH, "s", 0));
        assertThat(world.actual().requireVm(MW1).power()).isEqualTo(PowerState.UNKNOWN);

        world.hostUp(H1);

        assertThat(world.actual().requireHost(H1).health()).isEqualTo(HostHealth.UP);
        assertThat(world.actual().requireVm(MW1).power()).isEqualTo(PowerState.OFF);
    }

    @Test
    void aDegradedHostThatIsUpAgainLostNothing() {
        world.happens(FaultReport.ofHost(H1, FaultKind.HOST_DEGRADED, Instant.EPOCH, "s", 0));

        world.hostUp(H1);

        assertThat(world.actual().requireVm(MW1).power()).isEqualTo(PowerState.ON);
    }

    @Test
    void somebodyElseMovesAndResizes() {
        world.moved(MW1, H2);
        world.resized(MW1, Resources.of(3_000, 8_192));

        assertThat(world.actual().requireVm(MW1).host()).isEqualTo(H2);
        assertThat(world.actual().requireVm(MW1).allocation()).isEqualTo(Resources.of(3_000, 8_192));
        assertThat(world.snapshot().toInventory()).isEqualTo(world.actual());
    }

    @Test
    void aLagThatCannotBeReadIsNoLagOfZero() {
        world.replicationLag(MW1, Optional.of(Duration.ofSeconds(3)));
        assertThat(world.actual().requireVm(MW1).replicationLag()).contains(Duration.ofSeconds(3));

        world.replicationLag(MW1, Optional.empty());
        assertThat(world.actual().requireVm(MW1).replicationLag()).isEmpty();
        assertThat(world.actual().requireVm(MW1).replicationLagUnknown()).isTrue();

        world.replicationLag(MW1, Optional.of(Duration.ZERO));
        assertThat(world.actual().requireVm(MW1).replicationLagUnknown()).isFalse();
    }

    @Test
    void aHostWithVmsOnItCannotBeRemoved() {
        assertThatIllegalArgumentException().isThrownBy(() -> world.remove(H1)).withMessageContaining("mw1");

        world.remove(MW1);
        world.remove(H1);

        assertThat(world.actual().host(H1)).isEmpty();
    }

    @Test
    void everyoneWhoIsAliveSendsAndWhoIsSilencedDoesNot() {
        assertThat(senders()).containsExactly("h1", "h2", "mw1", "mw2");

        heartbeats.silence(new FaultSubject.OfVm(MW1));
        heartbeats.silence(new FaultSubject.OfHost(H2));
        assertThat(senders()).containsExactly("h1", "mw2");

        heartbeats.hear(new FaultSubject.OfVm(MW1));
        assertThat(senders()).containsExactly("h1", "mw1", "mw2");
    }

    @Test
    void whatIsOffOrOnALostHostSendsNothing() {
        world.happens(FaultReport.ofHost(H1, FaultKind.HOST_DOWN, Instant.EPOCH, "s", 0));
        assertThat(senders()).containsExactly("h2", "mw2");

        world.happens(FaultReport.ofVm(MW2, FaultKind.POWERED_OFF, Instant.EPOCH, "s", 1));
        assertThat(senders()).containsExactly("h2");
    }

    @Test
    void laterHeartbeatsHaveHigherNumbers() {
        List<Heartbeat> beats = new ArrayList<>();
        heartbeats.beat(beats::add);
        heartbeats.beat(beats::add);

        assertThat(beats.get(4).subject()).isEqualTo(beats.get(0).subject());
        assertThat(beats.get(4).sequence()).isGreaterThan(beats.get(0).sequence());
    }

    @Test
    void aSecondLookTellsAHungGuestFromASilentMonitorOrHost() {
        assertThat(look()).isEqualTo(SecondLook.ALIVE);

        heartbeats.silence(new FaultSubject.OfVm(MW1));
        assertThat(look()).isEqualTo(SecondLook.NO_SIGN_OF_LIFE);

        heartbeats.silence(new FaultSubject.OfHost(H1));
        assertThat(look()).isEqualTo(SecondLook.HOST_SILENT);

        heartbeats.hear(new FaultSubject.OfHost(H1));
        world.happens(FaultReport.ofVm(MW1, FaultKind.POWERED_OFF, Instant.EPOCH, "s", 0));
        assertThat(look()).isEqualTo(SecondLook.OFF);
    }

    private SecondLook look() {
        return heartbeats.look(MW1, H1, Duration.ofSeconds(1));
    }

    private List<String> senders() {
        List<String> senders = new ArrayList<>();
        heartbeats.beat(beat -> senders.add(beat.subject().toString()));
        return senders;
    }
}
