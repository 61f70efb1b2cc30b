package io.vmha.adapter.haproxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vmha.adapter.AdapterException;
import io.vmha.model.VmId;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class HaproxySettingsTest {
    private static final VmId VM = VmId.of("mw11");

    @Test
    void aNameThatCouldEndACommandIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new HaproxyServer(VM, "middleware", "mw11; disable server x", 1))
                .withMessageContaining("mw11; disable server x");
        assertThatIllegalArgumentException().isThrownBy(() -> new HaproxyServer(VM, "a/b", "mw11", 1));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> HaproxyTrafficDirector.builder().routesMap(Path.of("/a;b")))
                .withMessageContaining("/a;b");
    }

    @Test
    void aShareOutOfRangeIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new HaproxyServer(VM, "middleware", "mw11", 257))
                .withMessage("share of mw11 must be 0 to 256: 257");
    }

    @Test
    void twoServersOfOneNameAreRefused() {
        HaproxyTrafficDirector.Builder builder =
                HaproxyTrafficDirector.builder().server(new HaproxyServer(VM, "middleware", "a", 1));

        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.server(new HaproxyServer(VmId.of("db11"), "database", "a", 1)))
                .withMessage("two servers with the name a");
    }

    @Test
    void aDirectorWithoutItsSocketIsRefused() {
        assertThatIllegalStateException()
                .isThrownBy(() -> HaproxyTrafficDirector.builder().build())
                .withMessageContaining("stats socket");
    }

    @Test
    void aServersStateIsReadFromItsColumns() {
        assertThat(ServerState.parse("3 middleware 1 mw11 192.0.2.111 2 0 16 16 9 1 0 2 0 0 0 0 - 8080 - 0 0 - - 0"))
                .isEqualTo(new ServerState("mw11", true, 16));
        assertThat(ServerState.parse("3 middleware 2 mw31 192.0.2.131 0 5 1 1 9 1 0 2 0 0 0 0 - 8080 - 0 0 - - 0"))
                .isEqualTo(new ServerState("mw31", false, 1));
        assertThatThrownBy(() -> ServerState.parse("3 middleware 2 mw31 x y"))
                .isInstanceOf(AdapterException.Permanent.class)
                .hasMessageContaining("unknown format");
    }
}
