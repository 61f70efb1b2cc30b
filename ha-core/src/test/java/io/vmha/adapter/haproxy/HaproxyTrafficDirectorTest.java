package io.vmha.adapter.haproxy;

import static io.vmha.adapter.haproxy.HaproxyLab.MW11;
import static io.vmha.adapter.haproxy.HaproxyLab.MW21;
import static io.vmha.adapter.haproxy.HaproxyLab.MW31;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;
import static org.awaitility.Awaitility.await;

import io.vmha.adapter.AdapterException;
import io.vmha.adapter.CallContext;
import io.vmha.model.VmId;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("lab")
class HaproxyTrafficDirectorTest {

    private static final int DRAINED = 0x08;

    private HaproxyLab lab;
    private HaproxyTrafficDirector director;

    @BeforeEach
    void begin() {
        lab = new HaproxyLab();
        director = lab.director();
    }

    @AfterEach
    void end() {
        lab.close();
    }

    @Test
    void newSessionsAreSpreadOverThePrimaryClusterAlone() {
        assertNewSessionsSpreadOver(MW11, MW21);
    }

    @Test
    void aSessionIsToldItsMachineOnce() {
        assertThat(lab.send("").headers().firstValue("Set-Cookie"))
                .hasValueSatisfying(cookie -> assertThat(cookie).startsWith("MIDDLEWARE=mw"));
        assertThat(lab.send("MIDDLEWARE=mw21").headers().firstValue("Set-Cookie"))
                .isEmpty();
    }

    @Test
    void theShareOfAMachineWhoseRequestsMovedGoesToTheOneThatServesThem() {
        director.route(MW11, MW31, call());

        assertNewSessionsSpreadOver(MW21, MW31);
    }

    @Test
    void aStandbyMachineGetsNothingAnyMoreWhenItsLastRequestsWentBack() {
        director.route(MW11, MW31, call());
        director.route(MW21, MW31, call());
        director.route(MW11, MW11, call());
        director.route(MW21, MW21, call());

        assertThat(lab.newSessions(20)).containsOnlyKeys(MW11, MW21);
    }

    @Test
    void aCookieThatNamesNoMachineIsGivenAnotherOne() {
        assertThat(lab.send("MIDDLEWARE=../evil").headers().firstValue("Set-Cookie"))
                .isPresent();
    }

    @Test
    void aRestartedHaproxyGoesOnAsItWas() throws Exception {
        director.route(MW11, MW31, call());

        lab.kill();
        lab.start();

        assertThat(lab.answererOf(MW11)).isEqualTo(MW31);
        assertNewSessionsSpreadOver(MW21, MW31);
    }

    @Test
    void whatARestartWithoutTheServerStateLostIsReconciled() throws Exception {
        director.route(MW11, MW31, call());
        lab.kill();
        Files.delete(lab.serverState());
        lab.start();

        assertThat(lab.director().reconcile(call())).containsExactly(entry(MW11, MW31));
        assertNewSessionsSpreadOver(MW21, MW31);
    }

    @Test
    void whatSomebodyChangedByHandIsReconciled() {
        lab.command("set server middleware/mw21 state maint");
        lab.command("set server middleware/mw31 state ready");

        director.reconcile(call());

        assertNewSessionsSpreadOver(MW11, MW21);
    }

    @Test
    void anOperatorsDrainOrWeightOfAnotherServerStays() {
        lab.command("set server middleware/mw21 state drain");
        lab.command("set server middleware/mw21 weight 7");

        director.route(MW11, MW31, call());
        assertThat(lab.adminState("mw21")).isEqualTo(DRAINED);
        assertThat(lab.newSessions(6)).containsOnlyKeys(MW31);
        director.route(MW11, MW11, call());
        assertThat(lab.adminState("mw21")).isEqualTo(DRAINED);
        director.reconcile(call());

        assertThat(lab.adminState("mw21")).isEqualTo(DRAINED);
        assertThat(lab.newSessions(6)).containsOnlyKeys(MW11);
    }

    @Test
    void requestsAreNotMovedToAServerThatAnOperatorDrains() {
        lab.command("set server middleware/mw21 state drain");

        assertThatThrownBy(() -> director.route(MW11, MW21, call()))
                .isInstanceOfSatisfying(
                        AdapterException.Permanent.class,
                        refused -> assertThat(refused.reason()).isEqualTo(AdapterException.Cause.REFUSED))
                .hasMessageContaining("middleware/mw21")
                .hasMessageContaining("drained");
        assertThat(lab.adminState("mw21")).isEqualTo(DRAINED);
        assertThat(director.serverOf(MW11, call())).isEqualTo(MW11);
        assertThat(lab.answererOf(MW11)).isEqualTo(MW11);
    }

    @Test
    void requestsAreNotMovedToAServerThatWouldNotServe() {
        try (HaproxyLab other = new HaproxyLab(
                "roundrobin",
                "server checked 127.0.0.1:9 check inter 100ms fall 1",
                "server tracking 127.0.0.1:9 track checked",
                "server nameless no-such.invalid:80 init-addr none resolvers nowhere")) {
            HaproxyTrafficDirector.Builder builder = other.builder();
            for (String name : List.of("checked", "tracking", "nameless")) {
                builder.server(new HaproxyServer(VmId.of(name), "middleware", name, 16));
            }
            HaproxyTrafficDirector wider = builder.build();

            assertNotMoved(other, wider, "nameless", AdapterException.Transient.class, "has no address");
            await().untilAsserted(() ->
                    assertNotMoved(other, wider, "checked", AdapterException.Transient.class, "is down by its check"));
            other.command("set server middleware/checked state maint");
            assertNotMoved(other, wider, "tracking", AdapterException.Permanent.class, "that it tracks");
        }
    }

    private static void assertNotMoved(
            HaproxyLab lab, HaproxyTrafficDirector director, String to, Class<?> kind, String why) {
        assertThatThrownBy(() -> director.route(MW11, VmId.of(to), call()))
                .isInstanceOf(kind)
                .hasMessageContaining(why);
        assertThat(director.serverOf(MW11, call())).isEqualTo(MW11);
        assertThat(lab.answererOf(MW11)).isEqualTo(MW11);
    }

    @ParameterizedTest
    @ValueSource(strings = {"static-rr", "source", "uri"})
    void balancingWhoseWeightsAreFixedIsRefusedAtTheStart(String balance) {
        try (HaproxyLab other = new HaproxyLab(balance)) {
            assertThatThrownBy(() -> other.director().verify(call()))
                    .isInstanceOfSatisfying(
                            AdapterException.Permanent.class,
                            refused -> assertThat(refused.reason()).isEqualTo(AdapterException.Cause.UNSUPPORTED))
                    .hasMessageContaining("backend middleware")
                    .hasMessageContaining(balance);
            assertThatThrownBy(() -> other.director().route(MW11, MW31, call()))
                    .isInstanceOf(AdapterException.Permanent.class);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"leastconn", "random(2)", "source\n    hash-type consistent"})
    void balancingWhoseWeightsCanBeChangedIsNotRefused(String balance) {
        try (HaproxyLab other = new HaproxyLab(balance)) {
            other.director().verify(call());
            other.director().route(MW11, MW31, call());
            assertThat(other.answererOf(MW11)).isEqualTo(MW31);
        }
    }

    @Test
    void aServerThatIsMissingShowsAtTheStart() {
        HaproxyTrafficDirector wrong = lab.builder()
                .server(new HaproxyServer(VmId.of("mw99"), "middleware", "mw99", 1))
                .build();

        assertThatThrownBy(() -> wrong.verify(call()))
                .isInstanceOf(AdapterException.Permanent.class)
                .hasMessageContaining("middleware/mw99");
    }

    @Test
    void aHaproxyThatIsDownIsWorthARetry() {
        lab.kill();

        assertThatThrownBy(() -> director.route(MW11, MW21, call()))
                .isInstanceOfSatisfying(
                        AdapterException.Transient.class,
                        down -> assertThat(down.reason()).isEqualTo(AdapterException.Cause.UNREACHABLE))
                .hasMessageContaining("admin.sock");
    }

    @Test
    void aMapThatHaproxyDoesNotUseIsRefusedByName() {
        HaproxyTrafficDirector wrong =
                lab.builder().routesMap(Path.of("/no/such.map")).build();

        assertThatThrownBy(() -> wrong.serverOf(MW11, call()))
                .isInstanceOf(AdapterException.Permanent.class)
                .hasMessageContaining("/no/such.map");
    }

    @Test
    void aServerThatHaproxyDoesNotHaveIsRefusedByName() {
        VmId mw99 = VmId.of("mw99");
        HaproxyTrafficDirector wrong = lab.builder()
                .server(new HaproxyServer(mw99, "middleware", "mw99", 1))
                .build();

        assertThatThrownBy(() -> wrong.route(MW11, mw99, call()))
                .isInstanceOf(AdapterException.Permanent.class)
                .hasMessageContaining("middleware/mw99");
        assertThat(lab.answererOf(MW11)).isEqualTo(MW11);
    }

    /** Half each; HAProxy's turn may be anywhere in its round when the counting begins. */
    private void assertNewSessionsSpreadOver(VmId one, VmId another) {
        assertThat(lab.newSessions(20))
                .containsOnlyKeys(one, another)
                .allSatisfy((vm, sessions) -> assertThat(sessions).isBetween(9, 11));
    }

    private static CallContext call() {
        return CallContext.within(Duration.ofSeconds(10));
    }
}
