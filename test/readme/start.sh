npm ci && npm start  # in a checkout: build and serve
npm ci && npm test   # in a checkout: build and test
npx sluice serve     # where the package is installed
