package io.vmha.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vmha.adapter.AdapterException;
import io.vmha.adapter.CallContext;
import io.vmha.adapter.postgresql.HostShell;
import io.vmha.adapter.postgresql.ProcessShell;
import io.vmha.model.HostId;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RemoteHostsTest {
    private static final HostId H1 = HostId.of("h1");
    private static final HostId H2 = HostId.of("h2");

    private final Hosts behind = new Hosts();
    private final HostService service =
            HostService.start(behind, new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    private final RemoteHosts hosts = RemoteHosts.of(
            URI.create("http://" + InetAddress.getLoopbackAddress().getHostAddress() + ":" + service.port()));

    @AfterEach
    void close() {
        service.close();
    }

    @Test
    void aPulledPlugIsSeen() {
        assertThat(hosts.isOn(H1)).isTrue();

        hosts.pullPlug(H1);

        assertThat(hosts.isOn(H1)).isFalse();
        assertThat(hosts.isOn(H2)).isTrue();
    }

    @Test
    void aScriptRunsAndIsAnsweredWithWhatItPrints() {
        assertThat(run(H1, "echo one; echo \"two é\"")).isEqualTo("one\ntwo é\n");
        assertThat(run(H1, "true")).isEmpty();
    }

    @Test
    void aScriptThatFailsIsPermanent() {
        assertThatThrownBy(() -> run(H1, "echo no >&2; exit 3"))
                .isInstanceOf(AdapterException.Permanent.class)
                .hasMessageContainingAll("3", "no");
    }

    @Test
    void nothingIsStartedWhereThereIsNoPower() {
        hosts.pullPlug(H1);

        assertThatThrownBy(() -> run(H1, "true")).isInstanceOf(AdapterException.Transient.class);
    }

    @Test
    void aScriptThatDoesNotEndInTimeIsUnknown() {
        assertThatThrownBy(() -> hosts.shell(H1, HostAccess.ROOT)
                        .run("exec sleep 20", CallContext.within(Duration.ofMillis(300))))
                .isInstanceOf(AdapterException.OutcomeUnknown.class);
    }

    @Test
    void aServiceThatIsNotThereIsTransient() {
        service.close();

        assertThatThrownBy(() -> hosts.isOn(H1)).isInstanceOf(AdapterException.Transient.class);
    }

    private String run(HostId host, String script) {
        return hosts.shell(host, HostAccess.ROOT).run(script, CallContext.within(Duration.ofSeconds(20)));
    }

    /** Hosts that are this one. */
    private static final class Hosts implements HostAccess {
        private final Set<HostId> off = ConcurrentHashMap.newKeySet();

        @Override
        public boolean isOn(HostId host) {
            return !off.contains(host);
        }

        @Override
        public void pullPlug(HostId host) {
            off.add(host);
        }

        @Override
        public HostShell shell(HostId host, String user) {
            if (!isOn(host)) {
                throw new AdapterException.Transient(AdapterException.Cause.UNREACHABLE, host + " has no power");
            }
            return ProcessShell.of("sh");
        }
    }
}
