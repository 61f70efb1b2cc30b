package io.vmha.adapter.haproxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vmha.adapter.AdapterException;
import io.vmha.model.VmId;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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

    @ParameterizedTest
    @CsvSource({
        // Address, operational state, administrative state; whether it serves, and what keeps it from doing so when set
        // ready.
        "192.0.2.1, 2, 0, true, none",
        "192.0.2.1, 1, 0, true, none",
        "192.0.2.1, 2, 4, true, none",
        "192.0.2.1, 0, 5, false, none",
        "192.0.2.1, 2, 8, false, Permanent",
        "192.0.2.1, 2, 16, false, Permanent",
        "192.0.2.1, 0, 9, false, Permanent",
        "192.0.2.1, 0, 2, false, Permanent",
        "192.0.2.1, 0, 3, false, Permanent",
        "192.0.2.1, 0, 32, false, Transient",
        "-, 0, 33, false, Transient",
        "-, 2, 0, false, Transient",
        "192.0.2.1, 0, 0, false, Transient",
        "192.0.2.1, 7, 0, false, Transient"
    })
    void eachStateSaysWhetherAServerServesAndWhatIsInTheWay(
            String address, int operational, int admin, boolean serves, String obstacle) {
        ServerState state =
                ServerState.parse("3 middleware 1 mw11 " + address + " " + operational + " " + admin + " 16 16 9 1");

        assertThat(state.serves()).isEqualTo(serves);
        assertThat(state.obstacle(new HaproxyServer(VM, "middleware", "mw11", 16))
                        .map(found -> found.getClass().getSimpleName())
                        .orElse("none"))
                .isEqualTo(obstacle);
    }

    @Test
    void aServersStateIsReadFromItsColumns() {
        assertThat(ServerState.parse("3 middleware 1 mw11 192.0.2.111 2 0 16 16 9 1 0 2 0 0 0 0 - 8080 - 0 0 - - 0"))
                .isEqualTo(new ServerState("mw11", true, 0, 16, true));
        assertThat(ServerState.parse("3 middleware 2 mw31 192.0.2.131 0 5 1 1 9 1 0 2 0 0 0 0 - 8080 - 0 0 - - 0"))
                .isEqualTo(new ServerState("mw31", false, 5, 1, true));
        assertThat(ServerState.parse("5 middleware 3 mw41 - 0 32 3 3 1 1 0 0 0 0 0 0 no-such.invalid 80 - 0 0 - - 0"))
                .isEqualTo(new ServerState("mw41", false, 32, 3, false));
        assertThatThrownBy(() -> ServerState.parse("3 middleware 2 mw31 x y"))
                .isInstanceOf(AdapterException.Permanent.class)
                .hasMessageContaining("unknown format");
    }
}
