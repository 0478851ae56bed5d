/** A page as text, for tests that look at it. */
module.exports = {process: (text) => ({code: `module.exports = ${JSON.stringify(text)};`})};
