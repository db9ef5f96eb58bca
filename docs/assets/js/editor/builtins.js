/** The names that Pygments colours: builtin functions and types, and builtin exceptions. */

export const BUILTINS = new Set(
  `
  __import__ abs aiter all any bin bool bytearray breakpoint bytes callable chr classmethod
  compile complex delattr dict dir divmod enumerate eval filter float format frozendict
  frozenset getattr globals hasattr hash hex id input int isinstance issubclass iter len list
  locals map max memoryview min next object oct open ord pow print property range repr reversed
  round sentinel set setattr slice sorted staticmethod str sum super tuple type vars zip
  `.trim().split(/\s+/),
);

export const EXCEPTIONS = new Set(
  `
  ArithmeticError AssertionError AttributeError BaseException BufferError BytesWarning
  DeprecationWarning EOFError EnvironmentError Exception FloatingPointError FutureWarning
  GeneratorExit IOError ImportError ImportWarning IndentationError IndexError KeyError
  KeyboardInterrupt LookupError MemoryError NameError NotImplementedError OSError OverflowError
  PendingDeprecationWarning ReferenceError ResourceWarning RuntimeError RuntimeWarning
  StopIteration SyntaxError SyntaxWarning SystemError SystemExit TabError TypeError
  UnboundLocalError UnicodeDecodeError UnicodeEncodeError UnicodeError UnicodeTranslateError
  UnicodeWarning UserWarning ValueError VMSError Warning WindowsError ZeroDivisionError
  BlockingIOError ChildProcessError ConnectionError BrokenPipeError ConnectionAbortedError
  ConnectionRefusedError ConnectionResetError FileExistsError FileNotFoundError InterruptedError
  IsADirectoryError NotADirectoryError PermissionError ProcessLookupError TimeoutError
  StopAsyncIteration ModuleNotFoundError RecursionError EncodingWarning
  `.trim().split(/\s+/),
);
