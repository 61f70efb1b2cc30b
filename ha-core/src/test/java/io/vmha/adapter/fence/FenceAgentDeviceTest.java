package io.vmha.adapter.fence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import com.google.common.base.Throwables;
import io.vmha.adapter.AdapterException;
import io.vmha.adapter.AdapterException.Cause;
import io.vmha.adapter.CallContext;
import io.vmha.model.HostId;
import io.vmha.model.PowerState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How agents' answers are understood, with agents of all manners: shell scripts that are really run. */
class FenceAgentDeviceTest {
    private static final HostId H1 = HostId.of("h1");
    private static final String PASSWORD = "c0rrect-h0rse";
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    /** An agent as the library's are: a state in a file, in words and exit codes. */
    private static final String SOUND = String.join(
            "\n",
            "cat >options; cat options >>all",
            "case $(sed -n s/^action=//p options) in",
            "status) if [ -e off ]; then echo 'Status: OFF'; exit 2; else echo 'Status: ON'; fi;;",
            "off) touch off; echo 'Success: Powered OFF';;",
            "on) rm -f off; echo 'Success: Powered ON';;",
            "esac");

    @TempDir
    Path folder;

    @Test
    void anAgentReadsItsOptionsFromStandardInputAndNothingElse() throws IOException {
        FenceAgentDevice device = device(SOUND + "; tr '\\0' ' ' </proc/$$/cmdline >cmdline; env >environment");

        device.powerState(H1, call());

        assertThat(Files.readAllLines(folder.resolve("options")))
                .containsExactly("action=status", "ip=10.0.0.1", "plug=7", "password=" + PASSWORD);
        assertThat(folder.resolve("cmdline")).content().doesNotContain(PASSWORD).doesNotContain("10.0.0.1");
        assertThat(Files.readAllLines(folder.resolve("environment")))
                .allMatch(line -> line.matches("(PATH|LC_ALL|PYTHONWARNINGS|VMHA_FENCE_RUN|PWD|SHLVL|_|OLDPWD)=.*"));
    }

    @Test
    void fencingPowersOffAndReadsThatBack() throws IOException {
        FenceAgentDevice device = device(SOUND);

        device.fence(H1, call());

        assertThat(device.powerState(H1, call())).isEqualTo(PowerState.OFF);
        assertThat(actions()).containsExactly("off", "status", "status");
    }

    @Test
    void aHostIsPoweredOnAgain() {
        FenceAgentDevice device = device(SOUND);
        device.fence(H1, call());

        device.powerOn(H1, call());

        assertThat(device.powerState(H1, call())).isEqualTo(PowerState.ON);
    }

    @Test
    void whatSaysThatItWasDoneButReadsOnIsNotBelieved() {
        AdapterException thrown = fencingFails("cat >o; grep -q status o && echo 'Status: ON'; exit 0");

        assertThat(thrown).isInstanceOf(AdapterException.OutcomeUnknown.class).hasMessageContaining("reads ON");
    }

    @Test
    void whatFailedButReadsOffIsDone() {
        FenceAgentDevice device = device(
                "cat >o; if grep -q action=status o; then echo 'Status: OFF'; exit 2; fi; echo 'ERROR: Connection lost'; exit 1");

        device.fence(H1, call());
    }

    @Test
    void offIsNotBelievedByTheExitCodeAloneSinceAnInterpreterWithoutItsScriptEndsTheSameWay() {
        AdapterException thrown = readingFails("echo \"can't open file\"; exit 2");

        assertThat(thrown).isInstanceOf(AdapterException.Transient.class);
        assertThat(thrown.reason()).isEqualTo(Cause.REFUSED);
    }

    @Test
    void onIsNotBelievedOfAnAgentThatPrintsGarbage() {
        AdapterException thrown = readingFails("head -c 100000 /dev/urandom; exit 0");

        assertThat(thrown).isInstanceOf(AdapterException.Transient.class);
    }

    @Test
    void anAgentThatPrintsGarbageFencesNobody() {
        AdapterException thrown = fencingFails("echo 'Segmentation fault'; exit 0");

        assertThat(thrown).isInstanceOf(AdapterException.OutcomeUnknown.class).hasMessageContaining("read back");
    }

    @ParameterizedTest
    @CsvSource({
        "1, 'ERROR: Unable to connect/login to fencing device', Transient, UNREACHABLE",
        "1, 'ERROR: Connection timed out', OutcomeUnknown, UNREACHABLE",
        "1, 'ERROR: Connection lost', OutcomeUnknown, UNREACHABLE",
        "1, 'ERROR: Failed: Timed out waiting to power OFF', OutcomeUnknown, UNREACHABLE",
        "1, 'ERROR: Failed: Unable to obtain correct plug status or plug is not available', OutcomeUnknown, UNREACHABLE",
        "1, 'ERROR: Failed: You have to set login password', Permanent, NOT_PERMITTED",
        "1, 'RAKP 2 HMAC is invalid', Permanent, NOT_PERMITTED",
        "1, 'ERROR: Failed: Unrecognised action', Permanent, REFUSED",
        "1, '', OutcomeUnknown, UNREACHABLE",
        "3, 'RAKP 2 HMAC is invalid', OutcomeUnknown, UNREACHABLE",
        "139, '', OutcomeUnknown, UNREACHABLE"
    })
    void eachFailureOfAnActionSaysWhetherARetryHelps(int exitCode, String words, String kind, Cause reason) {
        AdapterException thrown = fencingFails("cat >o; echo \"" + words + "\"; exit " + exitCode);

        assertThat(thrown.getClass().getSimpleName()).isEqualTo(kind);
        assertThat(thrown.reason()).isEqualTo(reason);
    }

    @Test
    void readingThePowerStateNeverHasAnUnknownOutcome() {
        assertThat(readingFails("echo 'ERROR: Connection timed out'; exit 1"))
                .isInstanceOf(AdapterException.Transient.class)
                .hasMessageContaining("Connection timed out");
        assertThat(readingFails("echo 'ERROR: Failed: You have to set login name'; exit 1"))
                .isInstanceOf(AdapterException.Permanent.class);
    }

    @Test
    void anAgentThatIsMissingIsRefusedForGood() {
        FenceAgentDevice device = builder(folder.resolve("fence_missing")).build();

        AdapterException thrown = failure(() -> device.fence(H1, call()));

        assertThat(thrown).isInstanceOf(AdapterException.Permanent.class).hasMessageContaining("fence_missing");
        assertThat(thrown.reason()).isEqualTo(Cause.UNSUPPORTED);
    }

    @Test
    void atTheDeadlineAllIsKilledThatTheAgentHasStarted() {
        FenceAgentDevice device = device("cat >o; sh -c 'echo $$ >grandchild; sleep 600; true' & echo $! >child; wait");
        long start = System.nanoTime();

        AdapterException thrown = failure(() -> device.fence(H1, CallContext.within(Duration.ofSeconds(1))));

        assertThat(thrown).isInstanceOf(AdapterException.OutcomeUnknown.class);
        assertThat(thrown.reason()).isEqualTo(Cause.TIMEOUT);
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(4));
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(stillRunning()).isEmpty());
    }

    private List<ProcessHandle> stillRunning() {
        return ProcessHandle.allProcesses()
                .filter(process -> process.pid() == pid("child") || process.pid() == pid("grandchild"))
                .filter(ProcessHandle::isAlive)
                .filter(process -> !isZombie(process.pid()))
                .toList();
    }

    private long pid(String file) {
        return Long.parseLong(read(folder.resolve(file)).strip());
    }

    private static boolean isZombie(long pid) {
        Path stat = Path.of("/proc/" + pid + "/stat");
        return !Files.exists(stat) || read(stat).contains(") Z ");
    }

    @Test
    @Timeout(60)
    void aProcessThatKeepsTheStreamsOpenHoldsNothingUpAndLeavesNoDescriptorAndNoThread() throws IOException {
        FenceAgentDevice device = device("sleep 600 & setsid sleep 600 & " + SOUND);
        device.powerState(H1, call());
        long descriptors = descriptors();

        for (int i = 0; i < 10; i++) {
            assertThat(device.powerState(H1, call())).isEqualTo(PowerState.ON);
        }

        await().atMost(PATIENCE).untilAsserted(() -> assertThat(descriptors()).isLessThan(descriptors + 10));
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(Thread.getAllStackTraces().keySet())
                        .noneMatch(thread -> thread.getName().startsWith("fence-agent")));
    }

    private static long descriptors() throws IOException {
        try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
            return open.count();
        }
    }

    @Test
    void whatAnAgentLeavesBehindIsKilledWhenItEndsThoughItDetachedItself() {
        FenceAgentDevice device = device("(setsid sh -c 'echo $$ >child; exec sleep 600' &) &\n"
                + "(setsid env -i sh -c 'echo $$ >grandchild; exec sleep 600' </dev/null >/dev/null 2>&1 &)\n"
                + "until [ -s child ] && [ -s grandchild ]; do sleep 0.02; done\n"
                + SOUND);

        assertThat(device.powerState(H1, call())).isEqualTo(PowerState.ON);

        await().atMost(PATIENCE).until(() -> !Files.exists(Path.of("/proc/" + pid("child"))) || isZombie(pid("child")));
        // One that gave up both the session and the mark is another's, and is ended here.
        ProcessHandle.of(pid("grandchild")).ifPresent(ProcessHandle::destroyForcibly);
    }

    @Test
    @Timeout(60)
    void anAgentThatDoesNotReadItsInputIsKilledAtTheDeadline() {
        FenceAgentDevice device = builder(agent("echo $$ >child; echo $$ >grandchild; exec sleep 600"))
                .option("long", "x".repeat(300_000))
                .build();

        AdapterException thrown = failure(() -> device.fence(H1, CallContext.within(Duration.ofSeconds(1))));

        assertThat(thrown).isInstanceOf(AdapterException.OutcomeUnknown.class);
        assertThat(thrown.reason()).isEqualTo(Cause.TIMEOUT);
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(stillRunning()).isEmpty());
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(Thread.getAllStackTraces().keySet())
                        .noneMatch(thread -> thread.getName().equals("fence-agent-input")));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "echo 'Status: OFF' >&2; exit 2",
                "echo 'Device said: Status: OFF'; exit 2",
                "echo 'Status: OFF (cached)'; exit 2",
                "echo 'status: off'; exit 2",
                "echo 'Status: ON'; echo 'Status: OFF'; exit 2",
                "echo 'Status: OFF'; exit 0",
                "echo 'Status: OFF'; exit 1",
                "printf 'Status: OFF\\001\\n'; exit 2"
            })
    void offIsBelievedByAWholeLineOfStandardOutputAndItsExitCodeOnly(String script) {
        assertThat(readingFails(script)).isInstanceOf(AdapterException.class);
    }

    @Test
    void whatIsLoggedBesideTheStatusDoesNotMatter() {
        assertThat(device("echo 'DEBUG Status: ON' >&2; echo; echo 'Status: OFF'; exit 2")
                        .powerState(H1, call()))
                .isEqualTo(PowerState.OFF);
    }

    @Test
    void anAgentWhoseInterpreterIsMissingIsRefusedForGood() throws IOException {
        Path agent = agent("true");
        for (String interpreter : List.of("#!/no/such/python3", "#!/usr/bin/env no-such-python3")) {
            Files.writeString(agent, interpreter + "\n");
            FenceAgentDevice device = builder(agent).build();
            for (AdapterException thrown :
                    List.of(failure(() -> device.fence(H1, call())), failure(() -> device.powerState(H1, call())))) {
                assertThat(thrown).as(interpreter).isInstanceOf(AdapterException.Permanent.class);
                assertThat(thrown.reason()).isEqualTo(Cause.UNSUPPORTED);
            }
        }
    }

    /** What agents say, then what that means of a power-off and of a reading. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                // Usage, because the device did not answer.
                "Couldn't get power information     | OutcomeUnknown | UNREACHABLE   | Transient",
                "Error sending power command        | OutcomeUnknown | UNREACHABLE   | Transient",
                "Failed: send_post_request: 503     | OutcomeUnknown | UNREACHABLE   | Transient",
                "Failed: send_get_request: timeout  | OutcomeUnknown | UNREACHABLE   | Transient",
                "Failed: Discovery Failure: x       | OutcomeUnknown | UNREACHABLE   | Transient",
                "Unable to get PowerState: https    | OutcomeUnknown | UNREACHABLE   | Transient",
                "Unable to parse output of list     | OutcomeUnknown | UNREACHABLE   | Transient",
                "Failed: Unable to connect to 10.0.0.1 port: 443 SSL: True | Transient | UNREACHABLE | Transient",
                "Failed: Unable to connect to AWS: x | Transient     | UNREACHABLE   | Transient",
                // Usage, because the options or the login are wrong.
                "Failed: You have to enter plug number or machine identification | Permanent | REFUSED | Permanent",
                "Failed: Unrecognised action 'x'    | Permanent      | REFUSED       | Permanent",
                "Can't find port with name x!       | Permanent      | REFUSED       | Permanent",
                "Failed: You have to set login name | Permanent      | NOT_PERMITTED | Permanent",
                "Failed: Incorrect Access Key or Secret Key. | Permanent | NOT_PERMITTED | Permanent",
                "Failed: Unauthorized: x            | Permanent      | NOT_PERMITTED | Permanent",
                // Usage, because something is not installed.
                "Ipmitool not found or not accessible | Permanent    | UNSUPPORTED   | Permanent",
                "Powerman not found or not executable at path /x | Permanent | UNSUPPORTED | Permanent",
                "The command was not found or was not executable: /usr/bin/telnet. | Permanent | UNSUPPORTED | Permanent",
                "Unable to run /usr/bin/ipmitool -H x | Permanent    | UNSUPPORTED   | Permanent"
            })
    void usageTextsAreToldApartByWhatStandsBeforeThem(String words, String acting, Cause reason, String reading) {
        String script =
                "cat >o; echo \"ERROR: " + words + "\" >&2; echo \"ERROR: Please use '-h' for usage\" >&2; exit 1";

        AdapterException off = fencingFails(script);
        assertThat(off.getClass().getSimpleName()).isEqualTo(acting);
        assertThat(off.reason()).isEqualTo(reason);
        assertThat(readingFails(script).getClass().getSimpleName()).isEqualTo(reading);
    }

    @Test
    void whatAnAgentSaysIsCutAndEscaped() {
        AdapterException thrown = readingFails(
                "printf 'ERROR: \\033[2Jx\\342\\200\\256y'; head -c 5000 /dev/zero | tr '\\0' z; echo; exit 1");

        assertThat(thrown.getMessage())
                .contains("ERROR: \\u001B[2Jx\\u202Ey")
                .hasSizeLessThan(300)
                .matches("\\P{Cntrl}*");
    }

    @Test
    void anAgentThatDoesNotReadItsOptionsAndPrintsForEverIsBounded() {
        assertThat(readingFails("exec 0<&-; head -c 5000000 /dev/zero; echo 'Status: ON'; exit 0"))
                .isInstanceOf(AdapterException.Transient.class);
    }

    @Test
    void anInterruptedCallKillsTheAgent() throws Exception {
        FenceAgentDevice device = device("echo $$ >child; echo $$ >grandchild; exec sleep 600");
        AtomicReference<AdapterException> thrown = new AtomicReference<>();
        Thread caller = new Thread(() -> thrown.set(failure(() -> device.fence(H1, call()))));
        caller.start();
        await().atMost(PATIENCE).until(() -> Files.exists(folder.resolve("grandchild")));

        caller.interrupt();
        caller.join(PATIENCE.toMillis());

        assertThat(thrown.get()).isInstanceOf(AdapterException.OutcomeUnknown.class);
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(stillRunning()).isEmpty());
    }

    @Test
    void theSecondCallForAHostWaitsForTheFirstUpToItsDeadline() throws Exception {
        FenceAgentDevice device = device("touch begun; sleep 600");
        Thread first = new Thread(() -> failure(() -> device.fence(H1, call())));
        first.start();
        await().atMost(PATIENCE).until(() -> Files.exists(folder.resolve("begun")));

        AdapterException thrown = failure(() -> device.fence(H1, CallContext.within(Duration.ofMillis(100))));

        assertThat(thrown).isInstanceOf(AdapterException.Transient.class);
        assertThat(thrown.reason()).isEqualTo(Cause.BUSY);
        first.interrupt();
        first.join(PATIENCE.toMillis());
    }

    @Test
    void aSecretIsInNoMessageEvenWhereTheAgentPrintsIt() {
        for (String words : List.of(
                "ERROR: login failed with $p",
                "ERROR: cannot open http://admin:c0rrect%2Dh0rse@bmc/",
                "ERROR: C0RRECT",
                "Parse error: Ignoring unknown option 'password=$p'")) {
            String script = "cat >o; p=$(sed -n s/^password=//p o); echo \"" + words + "\"; exit 1";

            for (AdapterException thrown : List.of(fencingFails(script), readingFails(script))) {
                assertThat(Throwables.getStackTraceAsString(thrown).toLowerCase(java.util.Locale.ROOT))
                        .doesNotContain("c0rrect")
                        .contains("exit code 1");
            }
        }
    }

    @Test
    void noToStringTellsAnOptionOrASecret() {
        assertThat(device(SOUND).toString()).contains("fence_test", "h1").doesNotContain("10.0.0.1");
        assertThat(FenceCredentials.password(PASSWORD.toCharArray()).toString())
                .isEqualTo("FenceCredentials[password]");
        assertThat(new AgentRun(1, List.of(PASSWORD), List.of(PASSWORD)).toString())
                .doesNotContain(PASSWORD);
    }

    @Test
    void credentialsAreOverwrittenAfterEachRun() {
        AtomicReference<FenceCredentials> given = new AtomicReference<>();
        FenceAgentDevice device = builder(agent(SOUND))
                .credentials(host -> {
                    given.set(FenceCredentials.password(PASSWORD.toCharArray()));
                    return given.get();
                })
                .build();

        device.powerState(H1, call());

        assertThat(given.get().secrets()).containsExactly(new char[PASSWORD.length()]);
    }

    @Test
    void aSourceOfCredentialsThatThrowsFailsTheCallWithoutItsMessage() {
        FenceAgentDevice device = builder(agent(SOUND))
                .credentials(host -> {
                    throw new IllegalStateException("vault token " + PASSWORD);
                })
                .build();

        AdapterException thrown = failure(() -> device.powerState(H1, call()));

        assertThat(thrown).isInstanceOf(AdapterException.Permanent.class);
        assertThat(Throwables.getStackTraceAsString(thrown)).doesNotContain(PASSWORD);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "ipmilan",
                "fence_ipmilan;reboot",
                "../fence_ipmilan",
                "/usr/sbin/../../tmp/fence_x",
                "/bin/sh",
                "sbin/fence_x",
                "fence_IPMI",
                "/"
            })
    void whatIsNotTheNameOfAnAgentIsRefused(String name) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> FenceAgentDevice.builder().agent(name))
                .withMessageContaining("agent must be");
    }

    @ParameterizedTest
    @CsvSource({
        "password, x, belongs to the credentials",
        "snmp-priv-passwd, x, belongs to the credentials",
        "action, off, set by the device",
        "verbose, 1, into logs",
        "debug-file, /tmp/x, into logs",
        "IP, 10.0.0.1, option must be",
        "'a=b', c, option must be",
        "ip, ' 10.0.0.1', begin or end with a space",
        "ip, '\"10.0.0.1\"', double quotes"
    })
    void anOptionThatAnOperatorMayNotSetIsRefused(String option, String value, String why) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> FenceAgentDevice.builder().option(option, value))
                .withMessageContaining(why);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> FenceAgentDevice.builder().host(H1, Map.of(option, value)))
                .withMessageContaining(why);
    }

    @Test
    void aValueCannotBringInAnotherOption() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> FenceAgentDevice.builder().option("ip", "10.0.0.1\naction=on"))
                .withMessageContaining("control characters");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> FenceCredentials.password("secret\naction=on".toCharArray()))
                .withMessageNotContaining("action=on");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> FenceCredentials.of(Map.of("action", "on".toCharArray())));
    }

    @Test
    void aDeviceNeedsAnAgentAndAHostOnce() {
        assertThatIllegalStateException()
                .isThrownBy(() -> FenceAgentDevice.builder().build())
                .withMessage("a fencing device needs an agent");
        assertThatIllegalStateException()
                .isThrownBy(() -> FenceAgentDevice.builder().agent("fence_apc").build())
                .withMessageContaining("needs a host");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> FenceAgentDevice.builder().host(H1, Map.of()).host(H1, Map.of()))
                .withMessage("host h1 was added before");
    }

    private AdapterException fencingFails(String script) {
        FenceAgentDevice device = device(script);
        return failure(() -> device.fence(H1, call()));
    }

    private AdapterException readingFails(String script) {
        FenceAgentDevice device = device(script);
        return failure(() -> device.powerState(H1, call()));
    }

    private static AdapterException failure(Runnable action) {
        return catchThrowableOfType(AdapterException.class, action::run);
    }

    private FenceAgentDevice device(String script) {
        return builder(agent(script)).build();
    }

    private static FenceAgentDevice.Builder builder(Path agent) {
        return FenceAgentDevice.builder()
                .agent(agent.toString())
                .option("ip", "10.0.0.1")
                .host(H1, Map.of("plug", "7"))
                .credentials(host -> FenceCredentials.password(PASSWORD.toCharArray()));
    }

    private Path agent(String script) {
        try {
            Path file = folder.resolve("fence_test");
            Files.writeString(file, "#!/bin/sh\ncd '" + folder + "'\n" + script + "\n");
            return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private List<String> actions() throws IOException {
        return Files.readAllLines(folder.resolve("all")).stream()
                .filter(line -> line.startsWith("action="))
                .map(line -> line.substring("action=".length()))
                .toList();
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static CallContext call() {
        return CallContext.within(PATIENCE);
    }
}
