package io.vmha.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class LabCommandTest {
    @TempDir
    private Path folder;

    private final StringWriter err = new StringWriter();

    @Test
    void aFolderWithoutScriptsIsRefusedByName() {
        assertThat(execute("up", "--scripts", folder.toString())).isEqualTo(LabCommand.REFUSED);
        assertThat(err.toString()).containsAnyOf(folder.toString(), "needs root");
    }

    @Test
    void aPhaseThatThereIsNotIsRefused() {
        assertThat(execute("run", "--phases", "xyz")).isEqualTo(LabCommand.REFUSED);
        assertThat(err.toString()).containsAnyOf("xyz", "needs root");
    }

    @Test
    void instancesOnHostsThatAreOffAreRefused() {
        assertThat(execute("run", "--phases", "cdlm")).isEqualTo(LabCommand.REFUSED);
        assertThat(err.toString()).containsAnyOf("e must come first", "needs root");
    }

    @Test
    void nothingComesAfterTheLeadersHost() {
        assertThat(execute("run", "--phases", "lma")).isEqualTo(LabCommand.REFUSED);
        assertThat(err.toString()).containsAnyOf("lm at the end", "needs root");
    }

    @Test
    void aFolderWhoseNameIsTooLongIsRefused() {
        assertThat(execute("up", "--folder", "/tmp/" + "x".repeat(80))).isEqualTo(LabCommand.REFUSED);
        assertThat(err.toString()).containsAnyOf("60 characters", "needs root");
    }

    @Test
    void nothingToDoIsRefusedWithTheUsage() {
        assertThat(execute()).isEqualTo(LabCommand.REFUSED);
        assertThat(err.toString()).contains("one of up, run, soak and down is needed", "Usage");
    }

    private int execute(String... arguments) {
        CommandLine command = LabCommand.commandLine();
        command.setErr(new PrintWriter(err));
        return command.execute(arguments);
    }
}
