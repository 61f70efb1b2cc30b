package io.vmha.docs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.io.IOException;
import java.io.StringWriter;
import java.lang.reflect.Method;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;

/** Every Java block of every page is compiled as a user would, all warnings on, and run, but for the few that {@link Pages} names. */
class CodeBlocksTest {
    /** However a block of Java may begin. */
    private static final Pattern JAVA = Pattern.compile("(?i)^\\s*(```+|~~~+)\\s*java\\b");

    @TempDir
    Path folder;

    static List<Path> pagesWithBlocks() throws IOException {
        List<Path> pages = new ArrayList<>();
        for (Path page : Pages.all()) {
            if (!Page.read(page).blocks().isEmpty()) {
                pages.add(page);
            }
        }
        return pages;
    }

    @ParameterizedTest
    @MethodSource("pagesWithBlocks")
    void everyBlockOfAPageCompilesAndRuns(Path page) throws Exception {
        runs(Page.read(page));
    }

    @Test
    void noBlockIsOverlooked() throws IOException {
        int all = 0;
        for (Path page : Pages.all()) {
            long begun = Files.readAllLines(page).stream()
                    .filter(line -> JAVA.matcher(line).find())
                    .count();
            assertThat(Page.read(page).blocks()).as("%s", page).hasSize((int) begun);
            all += begun;
        }
        assertThat(all).isGreaterThanOrEqualTo(35);
    }

    @Test
    void whatAPageIsWiredWithIsStillOnItAndFewBlocksAreOnlyCompiled() throws IOException {
        int onlyCompiled = 0;
        for (String name : Pages.WIRED.keySet()) {
            Page page = Page.read(Pages.ROOT.resolve(name));
            List<String> named = new ArrayList<>(page.wiring().standIns().keySet());
            named.addAll(page.wiring().onlyCompiled().keySet());
            String text = Files.readString(page.file());
            assertThat(named).as(name).allSatisfy(part -> assertThat(text).contains(part));
            onlyCompiled += page.wiring().onlyCompiled().size();
        }
        assertThat(onlyCompiled).isLessThanOrEqualTo(2);
    }

    @Test
    void aBlockThatDoesNotCompileOrFailsIsFound() {
        assertThatThrownBy(() -> runs(pageOf("int number = center;")))
                .hasMessageContaining("made-up.md:4")
                .hasMessageContaining("incompatible types");
        assertThatThrownBy(() -> runs(pageOf("assertThat(1).isEqualTo(2);"))).hasMessageContaining("made-up.md:4");
        assertThatThrownBy(() -> runs(pageOf("class Nobody {}"))).hasMessageContaining("nobody runs or uses it");
        assertThatThrownBy(() -> runs(pageOf("class SomeTest { @Test void fails() { assertThat(1).isEqualTo(2); } }")))
                .hasMessageContaining("fails()");
    }

    private Page pageOf(String block) throws IOException {
        Path file = folder.resolve("made-up.md");
        Files.writeString(file, "# Made up\n\ntext\n```java\n" + block + "\n```\n");
        return Page.read(file);
    }

    private void runs(Page page) throws Exception {
        if (page.blocks().isEmpty()) {
            return;
        }
        Path classes = Files.createTempDirectory(folder, "classes");
        compile(page, classes);
        URL[] urls = {classes.toUri().toURL()};
        try (URLClassLoader loader = new URLClassLoader(urls, CodeBlocksTest.class.getClassLoader())) {
            for (Page.Block block : page.blocks()) {
                try {
                    run(page, block, loader.loadClass(block.className()));
                } catch (Throwable thrown) {
                    throw new AssertionError(at(page, block) + ": " + thrown, thrown);
                }
            }
        }
    }

    private static String at(Page page, Page.Block block) {
        return page.file() + ":" + block.line();
    }

    private static void compile(Page page, Path classes) throws IOException {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        List<JavaFileObject> sources = new ArrayList<>();
        for (Page.Block block : page.blocks()) {
            sources.add(new Source(block.className(), page.source(block)));
        }
        StringWriter said = new StringWriter();
        List<String> options = List.of(
                "-d",
                classes.toString(),
                "-cp",
                System.getProperty("java.class.path"),
                "-proc:none",
                "-Xlint:all,-classfile,-path",
                "-Werror");
        if (!compiler.getTask(said, null, null, options, null, sources).call()) {
            String where = page.blocks().stream()
                    .filter(block -> said.toString().contains(block.className() + ".java"))
                    .map(block -> at(page, block))
                    .toList()
                    .toString();
            throw new AssertionError(where + " does not compile:\n" + said);
        }
    }

    private void run(Page page, Page.Block block, Class<?> compiled) throws Exception {
        if (page.wiring().whyNotRun(block.text()).isPresent()) {
            return;
        }
        if (Setting.class.isAssignableFrom(compiled)) {
            try (Setting setting = (Setting) compiled.getDeclaredConstructor().newInstance()) {
                setting.runIn(Files.createTempDirectory(folder, "run"));
            }
        } else if (block.text().contains("@Test") || block.text().contains("ContractTest ")) {
            runTests(compiled);
        } else {
            List<Method> mains = Arrays.stream(compiled.getDeclaredMethods())
                    .filter(method -> method.getName().equals("main"))
                    .toList();
            assertThat(!mains.isEmpty() || page.isUsedElsewhere(block))
                    .as("%s: nobody runs or uses it", compiled)
                    .isTrue();
            for (Method main : mains) {
                main.setAccessible(true);
                main.invoke(null, (Object) new String[] {folder.toString()});
            }
        }
    }

    private static void runTests(Class<?> tests) {
        LauncherDiscoveryRequest request = LauncherDiscoveryRequestBuilder.request()
                .selectors(selectClass(tests))
                .configurationParameter("junit.jupiter.extensions.autodetection.enabled", "false")
                .build();
        SummaryGeneratingListener listener = new SummaryGeneratingListener();
        LauncherFactory.create().execute(request, listener);
        assertThat(listener.getSummary().getFailures())
                .extracting(failure -> failure.getTestIdentifier().getDisplayName() + ": " + failure.getException())
                .isEmpty();
        assertThat(listener.getSummary().getTestsSucceededCount()).isPositive();
    }

    private static final class Source extends SimpleJavaFileObject {
        private final String text;

        Source(String className, String text) {
            super(URI.create("block:///" + className + ".java"), Kind.SOURCE);
            this.text = text;
        }

        @Override
        public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return text;
        }
    }
}
