package io.vmha.monitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.vmha.monitor.report.GuestFault;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.SyncFailedException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The write probe as a local user meets it, who may make what he likes under its name, and what errors say of the disk. */
@Timeout(60)
class WriteProbeTest {
    private static final Duration SECOND = Duration.ofSeconds(1);

    @TempDir
    Path folder;

    private ProbeResult check() {
        return new WriteProbe(folder).check();
    }

    private Path own() {
        return folder.resolve(".vmha-monitor");
    }

    @Test
    void aWriteThatGoesThroughIsHealthyAndStaysInAFolderThatIsTheMonitorsAlone() throws IOException {
        assertThat(check()).isInstanceOf(ProbeResult.Healthy.class);
        assertThat(check()).isInstanceOf(ProbeResult.Healthy.class);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(own())))
                .isEqualTo("rwx------");
        assertThat(own().resolve("probe")).hasSize(512);
    }

    @Test
    void aLinkUnderItsNameIsNotFollowedAndNoFault() throws IOException {
        Path secret = Files.createDirectory(folder.resolve("elsewhere"));
        Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rwx------"));
        Files.createSymbolicLink(own(), secret);
        assertThat(check()).isInstanceOf(ProbeResult.Unknown.class);
        assertThat(secret).isEmptyDirectory();
    }

    @Test
    void aPipeAFileOrAFolderForOthersUnderItsNameIsNeitherOpenedNorAFault() throws Exception {
        assertThat(new ProcessBuilder("mkfifo", "-m", "700", own().toString())
                        .start()
                        .waitFor())
                .isZero();
        assertThat(check()).isInstanceOf(ProbeResult.Unknown.class);
        Files.delete(own());
        Files.createFile(own());
        assertThat(check()).isInstanceOf(ProbeResult.Unknown.class);
        Files.delete(own());
        Files.createDirectory(own());
        Files.setPosixFilePermissions(own(), PosixFilePermissions.fromString("rwxr-xr-x"));
        assertThat(check()).isInstanceOf(ProbeResult.Unknown.class);
        assertThat(own()).isEmptyDirectory();
    }

    @Test
    void aFolderOfAnotherUserUnderItsNameIsLeftAlone() throws IOException {
        assumeThat(System.getProperty("user.name")).isEqualTo("root");
        Files.createDirectory(
                own(), PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        Files.setAttribute(own(), "unix:uid", 65_534);
        assertThat(check())
                .isInstanceOf(ProbeResult.Unknown.class)
                .extracting(ProbeResult::detail)
                .asString()
                .contains("uid 65534");
        assertThat(own()).isEmptyDirectory();
    }

    @Test
    void whereOthersCanReplaceItsFolderNothingIsWritten() throws IOException {
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxrwxrwx"));
        assertThat(check()).isInstanceOf(ProbeResult.Unknown.class);
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void aFolderThatIsNotThereSaysNothingOfItsDisk() {
        assertThat(new WriteProbe(folder.resolve("missing")).check()).isInstanceOf(ProbeResult.Unknown.class);
        assertThatIllegalArgumentException().isThrownBy(() -> new WriteProbe(folder, Duration.ZERO));
    }

    @ParameterizedTest
    @CsvSource({
        "Read-only file system, FILESYSTEM_READ_ONLY",
        "No space left on device, DISK_FULL",
        "Disk quota exceeded, DISK_FULL",
        "Input/output error, IO_ERROR",
        "Structure needs cleaning, IO_ERROR",
        "No data available, IO_ERROR",
        "Stale file handle, IO_ERROR",
        "Too many open files,",
        "Too many open files in system,",
        "Cannot allocate memory,",
        "Permission denied,",
        "Interrupted system call,",
        "No such file or directory,",
        "Not a directory,"
    })
    void onlyWhatTheSystemSaysOfTheFilesystemIsAFault(String words, GuestFault kind) {
        for (IOException failed : new IOException[] {
            new IOException(words),
            new FileNotFoundException("/var/lib/Input/output error/x (" + words + ")"),
            new FileSystemException("/data/x", null, words)
        }) {
            assertThat(WriteFailure.of(folder, failed))
                    .as("%s", failed)
                    .isEqualTo(
                            kind == null
                                    ? ProbeResult.unknown("write to " + folder + ": " + failed)
                                    : ProbeResult.failed(kind, "write to " + folder + ": " + failed));
        }
    }

    @Test
    void aSyncThatFailsIsAnErrorOfTheDiskAndADeniedAccessIsNot() {
        assertThat(WriteFailure.of(folder, new SyncFailedException("sync failed")))
                .isInstanceOfSatisfying(
                        ProbeResult.Failed.class,
                        failed -> assertThat(failed.kind()).isEqualTo(GuestFault.IO_ERROR));
        assertThat(WriteFailure.of(folder, new AccessDeniedException("/data"))).isInstanceOf(ProbeResult.Unknown.class);
    }

    @Test
    void aWriteThatHangsIsAFaultOnceItsDiskAnswersNothing() throws IOException {
        Path stat = folder.resolve("stat");
        WriteProbe probe = new WriteProbe(folder, Duration.ofMinutes(1), any -> Optional.of(new DiskProgress(stat)));
        account(stat, 100, 0);
        probe.check();
        // Idle: the filesystem is frozen, or this system has not come to it.
        assertThat(probe.silence(SECOND)).isInstanceOf(ProbeResult.Unknown.class);
        account(stat, 120, 2);
        assertThat(probe.silence(SECOND)).isInstanceOf(ProbeResult.Unknown.class);
        assertThat(probe.silence(SECOND.multipliedBy(2))).isInstanceOf(ProbeResult.Failed.class);
        account(stat, 121, 2);
        assertThat(probe.silence(SECOND.multipliedBy(3))).isInstanceOf(ProbeResult.Unknown.class);
        assertThat(probe.silence(Duration.ofMinutes(1))).isInstanceOf(ProbeResult.Failed.class);
    }

    @Test
    void aDiskWhoseAccountCannotBeReadIsGivenAllPatience() throws IOException {
        Path stat = Files.writeString(folder.resolve("stat"), "garbage");
        WriteProbe probe = new WriteProbe(folder, Duration.ofMinutes(1), any -> Optional.of(new DiskProgress(stat)));
        probe.check();
        assertThat(probe.silence(SECOND.multipliedBy(59))).isInstanceOf(ProbeResult.Unknown.class);
        assertThat(probe.silence(SECOND.multipliedBy(60))).isInstanceOf(ProbeResult.Failed.class);
    }

    private static void account(Path stat, int writes, int inFlight) throws IOException {
        Files.writeString(stat, " 7 0 9 1 " + writes + " 0 8 1 " + inFlight + " 4 5 0 0 0 0 3 1\n");
    }
}
