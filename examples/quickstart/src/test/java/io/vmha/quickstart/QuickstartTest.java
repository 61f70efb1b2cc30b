package io.vmha.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class QuickstartTest {
    private static final String NODE = "test://" + Path.of("test-node.xml").toAbsolutePath();

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void theReferenceEmbodimentKeepsTheTopologyRulesAndEndsServedByTheStandby() {
        assertThat(run()).isZero();

        assertThat(out.toString())
                .contains("It keeps all rules of the reference topology.")
                .contains("decided  mw1: REDIRECTED, SAME_TYPE_PRIMARY")
                .contains("decided  db4: REDIRECTED, SAME_TYPE_STANDBY")
                .doesNotContain("failed  ")
                .containsPattern("db4 +DATABASE +OFF FAILED .*requests served by db5");
    }

    @Test
    void withoutAMachineToFailALibvirtHostIsOnlyShown() {
        assertThat(run("--libvirt", NODE)).isZero();

        assertThat(out.toString()).contains("db1    DATABASE   ON").doesNotContain("decided");
    }

    @Test
    void aDecisionLeavesTheDomainReallyOff() {
        assertThat(run("--libvirt", NODE, "--vm", "db1")).isZero();

        assertThat(out.toString())
                .contains("done     power off db1 on localhost")
                .contains("The hypervisor says: db1 is OFF");
    }

    @Test
    void theOnlyMachineOfItsTypeIsLeftOnAndTheExitStatusSaysSo() {
        assertThat(run("--libvirt", "test:///default", "--type", "BATCH", "--vm", "test"))
                .isEqualTo(QuickstartCommand.NOT_DONE);

        assertThat(out.toString()).contains("NO_TARGET").contains("The hypervisor says: test is ON");
    }

    @Test
    void aUriThatRefusesIsOneLineThatNamesTheUri() {
        assertThat(run("--libvirt", "test:///no/such/node.xml")).isEqualTo(QuickstartCommand.NOT_DONE);

        assertThat(err.toString().lines())
                .singleElement()
                .asString()
                .startsWith("quickstart: ")
                .contains("test:///no/such/node.xml");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--no-such-option",
                "--vm mw1",
                "--libvirt no-scheme",
                "--libvirt test:///default --vm no-such-vm",
                "--libvirt test:///default --type %20"
            })
    void wrongArgumentsAreOneLineOnTheErrorOutput(String arguments) {
        assertThat(run(arguments.replace("%20", "\t").split(" "))).isEqualTo(QuickstartCommand.REFUSED);

        assertThat(err.toString().lines()).singleElement().asString().startsWith("quickstart: ");
    }

    private int run(String... args) {
        CommandLine command = QuickstartCommand.commandLine();
        command.setOut(new PrintWriter(out, true));
        command.setErr(new PrintWriter(err, true));
        return command.execute(args);
    }
}
