package io.vmha.adapter.postgresql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.vmha.adapter.AdapterException;
import io.vmha.adapter.CallContext;
import io.vmha.model.MemberId;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.sql.SQLException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** What a database or its host says in an error, before it reaches an exception or a log. */
class PostgresErrorsTest {
    private static final MemberId MEMBER = MemberId.of("db1");
    private static final String FORGED = "\n2026-01-01 INFO database db1 is confirmed off\u001b[2J\u202e";

    @Test
    void whatADatabaseSaysIsCutAndCannotForgeALine() {
        SQLException said = new SQLException("ERROR: " + FORGED + "x".repeat(1_000_000));

        for (AdapterException told : new AdapterException[] {
            PostgresErrors.failed(MEMBER, said),
            PostgresErrors.unknownOutcome(MEMBER, "it was promoted", said),
            PostgresErrors.failed(MEMBER, new IllegalStateException("pool", said)),
        }) {
            assertThat(told.getMessage()).hasSizeLessThan(600).contains("db1");
            assertPlain(told);
        }
    }

    @Test
    void whatAnErrorSaysBesideItsFirstLineIsTold() {
        AdapterException told = PostgresErrors.failed(
                MEMBER, new SQLException("ERROR: recovery is in progress\n  Hint: Wait for its end.", "55000"));

        assertThat(told).hasMessageContaining("recovery is in progress; Hint: Wait for its end.");
        assertThat(told.getCause()).hasStackTraceContaining(PostgresErrorsTest.class.getName());
    }

    @Test
    void whatAHostSaysIsCutAndCannotForgeALine() {
        Throwable told = catchThrowable(() -> ProcessShell.of("sh")
                .run(
                        "head -c 5000 /dev/zero | tr '\\0' x >&2; printf '\\033[2J\\nsecond\\n' >&2; exit 3",
                        CallContext.within(Duration.ofMinutes(1))));

        assertThat(told).isInstanceOf(AdapterException.Permanent.class).hasMessageContaining("second");
        assertThat(told.getMessage()).hasSizeLessThan(1_000);
        assertPlain(told);
    }

    /** Whatever a log shows of it, the frames of its stack aside, is one line for each exception. */
    private static void assertPlain(Throwable told) {
        StringWriter shown = new StringWriter();
        told.printStackTrace(new PrintWriter(shown));
        assertThat(shown.toString().length()).isLessThan(50_000);
        assertThat(shown.toString().lines())
                .allMatch(line -> line.startsWith("\tat ")
                        || line.startsWith("\t... ")
                        || line.startsWith("Caused by: ")
                        || line.startsWith(AdapterException.class.getPackageName()));
        assertThat(shown.toString()).doesNotContain("\u001b", "\u202e");
    }
}
