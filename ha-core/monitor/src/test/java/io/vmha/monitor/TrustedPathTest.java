package io.vmha.monitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrustedPathTest {
    @TempDir
    Path folder;

    private Path file = Path.of("/");

    @BeforeEach
    void makeAFile() throws IOException {
        file = Files.createFile(Files.createDirectory(folder.resolve("etc")).resolve("config"));
        permit(file, "rw-r--r--");
    }

    private static void permit(Path path, String permissions) throws IOException {
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(permissions));
    }

    @Test
    void aFileThatOnlyItsOwnerCanChangeIsTrusted() throws IOException {
        assertThat(TrustedPath.whyNotFile(file)).isEmpty();
        Path link = Files.createSymbolicLink(folder.resolve("link"), file);
        assertThat(TrustedPath.whyNotFile(link)).isEmpty();
    }

    @Test
    void aFileThatAGroupOrOthersCanWriteToIsNot() throws IOException {
        for (String permissions : new String[] {"rw-rw-r--", "rw-r--rw-"}) {
            permit(file, permissions);
            assertThat(TrustedPath.whyNotFile(file))
                    .hasValueSatisfying(why -> assertThat(why).contains("mode 6"));
        }
    }

    @Test
    void aFileThatOthersCanReplaceByAnyFolderOnItsWayIsNot() throws IOException {
        permit(folder, "rwxrwxrwx");
        assertThat(TrustedPath.whyNotFile(file))
                .hasValueSatisfying(why -> assertThat(why).contains("can replace"));
        Files.setAttribute(folder, "unix:mode", 01777);
        assertThat(TrustedPath.whyNotFile(file)).as("sticky, as /tmp").isEmpty();
    }

    @Test
    void aLinkInAFolderThatOthersCanWriteToIsNot() throws IOException {
        Path open = Files.createDirectory(folder.resolve("open"));
        permit(open, "rwxrwxrwx");
        Path link = Files.createSymbolicLink(open.resolve("link"), file);

        assertThat(TrustedPath.whyNotFile(link))
                .hasValueSatisfying(why -> assertThat(why).contains("open"));
    }

    @Test
    void aLinkAmongTheFoldersThatOthersCanReplaceIsNot() throws IOException {
        Path open = Files.createDirectory(folder.resolve("open"));
        Files.createSymbolicLink(open.resolve("etc"), file.getParent());
        Path link = Files.createSymbolicLink(folder.resolve("link"), Path.of("open/etc/../etc/config"));
        assertThat(TrustedPath.whyNotFile(open.resolve("etc/config"))).isEmpty();
        assertThat(TrustedPath.whyNotFile(link)).isEmpty();

        permit(open, "rwxrwxrwx");

        assertThat(TrustedPath.whyNotFile(open.resolve("etc/config"))).isPresent();
        assertThat(TrustedPath.whyNotFile(link)).isPresent();
    }

    @Test
    void aLinkOfAnotherUserIsNot() throws IOException {
        assumeThat(System.getProperty("user.name")).isEqualTo("root");
        Path link = Files.createSymbolicLink(folder.resolve("link"), file);
        assertThat(new ProcessBuilder("chown", "-h", "65534", link.toString())
                        .start()
                        .onExit()
                        .join()
                        .exitValue())
                .isZero();

        assertThat(TrustedPath.whyNotFile(link))
                .hasValueSatisfying(why -> assertThat(why).contains("uid 65534"));
    }

    @Test
    void linksThatGoRoundAreNotFollowedForEver() throws IOException {
        Files.createSymbolicLink(folder.resolve("one"), Path.of("two"));
        Files.createSymbolicLink(folder.resolve("two"), Path.of("one"));
        assertThatExceptionOfType(FileSystemLoopException.class)
                .isThrownBy(() -> TrustedPath.whyNotFile(folder.resolve("one")));
    }

    @Test
    void whatIsNoRegularFileIsNotTrustedAndWhatIsMissingCannotBeLookedAt() throws Exception {
        assertThat(TrustedPath.whyNotFile(folder)).isPresent();
        Path pipe = folder.resolve("pipe");
        assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor())
                .isZero();
        assertThat(TrustedPath.whyNotFile(pipe))
                .hasValueSatisfying(why -> assertThat(why).contains("no regular file"));
        assertThatExceptionOfType(NoSuchFileException.class)
                .isThrownBy(() -> TrustedPath.whyNotFile(folder.resolve("missing")));
    }
}
